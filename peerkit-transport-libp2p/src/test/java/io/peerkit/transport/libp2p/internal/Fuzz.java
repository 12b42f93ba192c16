// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal;

import io.peerkit.api.InvalidBytesException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Feeds a decoder with random bytes and with damaged samples; only {@link InvalidBytesException} may come of it. */
public final class Fuzz {
    /** The cases for each decoder; the profile {@code soak} asks for a million. */
    public static final int CASES = Integer.getInteger("peerkit.fuzz.cases", 50_000);

    private static final int MAX_RANDOM_BYTES = 96;

    private Fuzz() {}

    /**
     * Runs all cases.
     *
     * @param samples inputs that the decoder accepts
     * @param decoder decodes, and checks what holds for whatever it accepted
     */
    public static void run(long seed, List<byte[]> samples, Consumer<byte[]> decoder) {
        samples.forEach(decoder);
        Random random = new Random(seed);
        for (int i = 0; i < CASES; i++) {
            byte[] input = random.nextInt(4) == 0 ? randomBytes(random) : damaged(random, samples);
            try {
                decoder.accept(input);
            } catch (InvalidBytesException expected) {
                // the one way to refuse
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "seed " + seed + ", case " + i + ": " + HexFormat.of().formatHex(input), e);
            }
        }
    }

    private static byte[] randomBytes(Random random) {
        byte[] bytes = new byte[random.nextInt(MAX_RANDOM_BYTES)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] damaged(Random random, List<byte[]> samples) {
        byte[] bytes = samples.get(random.nextInt(samples.size())).clone();
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            bytes = damagedOnce(random, bytes);
        }
        return bytes;
    }

    private static byte[] damagedOnce(Random random, byte[] bytes) {
        int at = random.nextInt(bytes.length + 1);
        switch (random.nextInt(5)) {
            case 0 -> {
                return Arrays.copyOf(bytes, at); // cut off
            }
            case 1 -> {
                byte[] longer = Arrays.copyOf(bytes, bytes.length + 1); // insert
                System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
                longer[at] = (byte) random.nextInt(256);
                return longer;
            }
            case 2 -> {
                byte[] twice = Arrays.copyOf(bytes, bytes.length + at); // repeat the beginning
                System.arraycopy(bytes, 0, twice, bytes.length, at);
                return twice;
            }
            default -> {
                if (at < bytes.length) {
                    bytes[at] =
                            (byte) (random.nextBoolean() ? random.nextInt(256) : bytes[at] ^ 1 << random.nextInt(8));
                }
                return bytes;
            }
        }
    }
}
