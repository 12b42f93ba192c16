// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.SplittableRandom;

/** A content of any length that is not in memory: the same bytes for the same seed. */
final class SeededContent extends InputStream {
    private final SplittableRandom random;
    private final byte[] block = new byte[65_536];
    private int at = block.length;
    private long left;

    SeededContent(long seed, long size) {
        random = new SplittableRandom(seed);
        left = size;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (left == 0) {
            return -1;
        }
        if (at == block.length) {
            ByteBuffer longs = ByteBuffer.wrap(block);
            while (longs.hasRemaining()) {
                longs.putLong(random.nextLong());
            }
            at = 0;
        }
        int count = (int) Math.min(Math.min(length, block.length - at), left);
        System.arraycopy(block, at, target, offset, count);
        at += count;
        left -= count;
        return count;
    }

    /** The SHA-256 of what a stream gives. */
    static byte[] sha256(InputStream content) throws IOException {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[65_536];
            for (int count = content.read(buffer); count >= 0; count = content.read(buffer)) {
                sha.update(buffer, 0, count);
            }
            return sha.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
