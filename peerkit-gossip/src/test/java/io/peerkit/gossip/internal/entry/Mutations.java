// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import static org.assertj.core.api.Assertions.fail;

import io.peerkit.api.InvalidBytesException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Feeds a decoder 100,000 inputs: random bytes, and valid ones that were cut, grown, overwritten or spliced. */
public final class Mutations {
    private static final int CASES = 100_000;
    private static final int MAX_RANDOM_BYTES = 200;

    private Mutations() {}

    /** The decoder must take an input or refuse it with {@link InvalidBytesException}; nothing else. */
    public static void feed(long seed, List<byte[]> valid, Consumer<byte[]> decoder) {
        SplittableRandom random = new SplittableRandom(seed);
        int refused = 0;
        for (int i = 0; i < CASES; i++) {
            byte[] input = next(random, valid);
            try {
                decoder.accept(input);
            } catch (InvalidBytesException e) {
                refused++;
            } catch (RuntimeException e) {
                fail("seed " + seed + ", case " + i + ": " + e, e);
            }
        }
        if (refused < CASES / 4) {
            fail("seed " + seed + ": only " + refused + " of " + CASES + " inputs were refused");
        }
    }

    private static byte[] next(SplittableRandom random, List<byte[]> valid) {
        byte[] base = valid.get(random.nextInt(valid.size())).clone();
        return switch (random.nextInt(5)) {
            case 0 -> {
                byte[] bytes = new byte[random.nextInt(MAX_RANDOM_BYTES)];
                random.nextBytes(bytes);
                yield bytes;
            }
            case 1 -> Arrays.copyOf(base, random.nextInt(base.length + 1));
            case 2 -> Arrays.copyOf(base, base.length + 1 + random.nextInt(8));
            case 3 -> {
                byte[] other = valid.get(random.nextInt(valid.size()));
                System.arraycopy(other, 0, base, 0, random.nextInt(Math.min(base.length, other.length) + 1));
                yield base;
            }
            default -> {
                for (int n = 1 + random.nextInt(3); n > 0 && base.length > 0; n--) {
                    // Mostly near the front, where the structure is.
                    int reach = random.nextBoolean() ? Math.min(base.length, 16) : base.length;
                    base[random.nextInt(reach)] = (byte) random.nextInt();
                }
                yield base;
            }
        };
    }
}
