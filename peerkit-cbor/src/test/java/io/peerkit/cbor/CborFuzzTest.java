// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.InvalidBytesException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever comes in: either an {@link InvalidBytesException} or a value that encodes to the very same bytes. */
class CborFuzzTest {
    private static final int CASES = 100_000;
    private static final CborLimits LIMITS = CborLimits.of(4096);
    private static final long SEED = Long.getLong("peerkit.seed", 20_260_101L);

    @Test
    void decode_randomBytes_refusedOrEncodedBack() {
        Random random = new Random(SEED);
        int accepted = 0;
        for (int i = 0; i < CASES; i++) {
            byte[] input = new byte[1 + random.nextInt(24)];
            random.nextBytes(input);
            // A third starts as a container, which random bytes seldom fill rightly by chance alone.
            if (i % 3 == 0) {
                input[0] = (byte) (0x80 | random.nextInt(0x40));
            }
            accepted += decodes(input, i) ? 1 : 0;
        }
        assertThat(accepted).as("accepted with seed %d", SEED).isBetween(100, CASES / 2);
    }

    @Test
    void decode_mutatedEncodings_refusedOrEncodedBack() {
        Random random = new Random(SEED);
        int accepted = 0;
        for (int i = 0; i < CASES; i++) {
            byte[] input = mutated(Cbor.encode(randomValue(random, 3)), random);
            accepted += decodes(input, i) ? 1 : 0;
        }
        assertThat(accepted).as("accepted with seed %d", SEED).isBetween(1_000, CASES - 1_000);
    }

    @Test
    void encode_randomValues_decodedToEqualValues() {
        Random random = new Random(SEED);
        for (int i = 0; i < CASES; i++) {
            CborValue value = randomValue(random, 4);
            byte[] encoding = Cbor.encode(value);
            assertThat(Cbor.decode(encoding, CborLimits.of(1 << 20)).equals(value))
                    .as("seed %d case %d: %s", SEED, i, HexFormat.of().formatHex(encoding))
                    .isTrue();
        }
    }

    /** Goes around the final comparison in {@link Cbor#decode}, to show that the scan alone lets nothing else pass. */
    private static boolean decodes(byte[] input, int number) {
        try {
            CborScan.check(input, LIMITS);
        } catch (InvalidBytesException refused) {
            return false;
        } catch (RuntimeException e) {
            throw new AssertionError(describe(input, number), e);
        }
        try {
            CborValue value = CborReader.read(input);
            if (Arrays.equals(Cbor.encode(value), input)
                    && Cbor.decode(input, LIMITS).equals(value)) {
                return true;
            }
        } catch (IOException | RuntimeException e) {
            throw new AssertionError(describe(input, number), e);
        }
        throw new AssertionError(describe(input, number));
    }

    private static String describe(byte[] input, int number) {
        return "seed " + SEED + " case " + number + ": " + HexFormat.of().formatHex(input);
    }

    private static byte[] mutated(byte[] encoding, Random random) {
        byte[] input = encoding;
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(input.length + 1);
            switch (random.nextInt(5)) {
                case 0 -> input = spliced(input, at, at, (byte) random.nextInt());
                case 1 -> input = Arrays.copyOf(input, at);
                case 2 -> input = at < input.length ? spliced(input, at, at + 1) : input;
                case 3 -> input = at < input.length ? spliced(input, at, at + 1, (byte) (input[at] + 1)) : input;
                default ->
                    input = at < input.length
                            ? spliced(input, at, at + 1, (byte) (input[at] ^ 1 << random.nextInt(8)))
                            : input;
            }
        }
        return input;
    }

    /** The input with what stands between two places replaced. */
    private static byte[] spliced(byte[] input, int from, int to, byte... replacement) {
        byte[] result = Arrays.copyOf(input, input.length - (to - from) + replacement.length);
        System.arraycopy(replacement, 0, result, from, replacement.length);
        System.arraycopy(input, to, result, from + replacement.length, input.length - to);
        return result;
    }

    private static CborValue randomValue(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 9 : 6)) {
            case 0 -> CborInteger.of(random.nextLong() >> random.nextInt(64));
            case 1 -> CborInteger.ofUnsigned(random.nextLong() >>> random.nextInt(64));
            case 2 -> new CborText(randomText(random));
            case 3 -> CborBytes.wrap(randomBytes(random));
            case 4 -> random.nextInt(3) == 0 ? CborSimple.NULL : CborSimple.of(random.nextBoolean());
            case 5 -> CborInteger.of(random.nextInt(48) - 24);
            case 6 -> randomArray(random, depth - 1);
            default -> randomMap(random, depth - 1);
        };
    }

    private static CborValue randomArray(Random random, int depth) {
        List<CborValue> items = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            items.add(randomValue(random, depth));
        }
        return new CborArray(items);
    }

    private static CborValue randomMap(Random random, int depth) {
        CborMapBuilder map = CborMap.builder();
        for (int i = random.nextInt(8); i > 0; i--) {
            String key = randomText(random);
            if (map.build().get(key).isEmpty()) {
                map.put(key, randomValue(random, depth));
            }
        }
        return map.build();
    }

    private static byte[] randomBytes(Random random) {
        byte[] bytes = new byte[random.nextInt(random.nextInt(20) == 0 ? 300 : 30)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        int widest = random.nextInt(4);
        for (int i = random.nextInt(random.nextInt(20) == 0 ? 300 : 6); i > 0; i--) {
            text.appendCodePoint(
                    switch (widest) {
                        case 0 -> 'a' + random.nextInt(4);
                        case 1 -> random.nextInt(0x800);
                        case 2 -> random.nextInt(0xd800);
                        default -> 0xe000 + random.nextInt(0x10_ffff - 0xe000);
                    });
        }
        return text.toString();
    }
}
