// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import java.util.Arrays;
import java.util.Random;

/** Hostile bytes for tests. */
public final class Mutation {
    private Mutation() {}

    /** One to three changes to some bytes, or one time in eight random bytes instead. */
    public static byte[] of(byte[] original, Random random) {
        if (random.nextInt(8) == 0) {
            byte[] bytes = new byte[random.nextInt(2 * original.length)];
            random.nextBytes(bytes);
            return bytes;
        }
        byte[] bytes = original.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            bytes = change(bytes, random);
        }
        return bytes;
    }

    private static byte[] change(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length + 1);
        if (at == bytes.length) {
            return Arrays.copyOf(bytes, at + 1 + random.nextInt(4));
        }
        switch (random.nextInt(5)) {
            case 0 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> bytes[at]++;
            case 3 -> {
                byte[] doubled = Arrays.copyOf(bytes, bytes.length + 1);
                System.arraycopy(bytes, at, doubled, at + 1, bytes.length - at);
                return doubled;
            }
            default -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }
}
