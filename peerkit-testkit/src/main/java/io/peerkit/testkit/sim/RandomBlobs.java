// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Blobs that nobody has published before. */
final class RandomBlobs {
    private RandomBlobs() {}

    static List<byte[]> some(RandomGenerator chance, int count, int bytes) {
        List<byte[]> blobs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            // Short ones would repeat.
            byte[] blob = new byte[Math.max(Long.BYTES, bytes)];
            chance.nextBytes(blob);
            blobs.add(blob);
        }
        return blobs;
    }
}
