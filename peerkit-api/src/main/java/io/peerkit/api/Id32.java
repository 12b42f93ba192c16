// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** The 32 bytes behind an identifier; equal and ordered (unsigned, first byte first) within one type only. */
abstract sealed class Id32 permits AgentId, BlobHash, EntryId, NetworkId {
    static final int LENGTH_BYTES = 32;

    private final byte[] bytes;

    Id32(byte[] bytes) {
        if (bytes.length != LENGTH_BYTES) {
            throw new InvalidBytesException(
                    getClass().getSimpleName() + " of " + bytes.length + " bytes, must be " + LENGTH_BYTES);
        }
        this.bytes = bytes.clone();
    }

    static byte[] parseHex(String kind, String hex) {
        if (hex.length() != 2 * LENGTH_BYTES) {
            throw new InvalidBytesException(
                    kind + " of " + hex.length() + " characters, must be " + 2 * LENGTH_BYTES + " hex digits");
        }
        try {
            return HexFormat.of().parseHex(hex);
        } catch (IllegalArgumentException e) {
            throw new InvalidBytesException(kind + " is not hexadecimal", e);
        }
    }

    static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /**
     * The identifier's 32 bytes.
     *
     * @return a copy
     */
    public final byte[] toBytes() {
        return bytes.clone();
    }

    /**
     * Writes the identifier's 32 bytes into an array.
     *
     * @param target receives the bytes
     * @param offset the index of the first byte; 32 bytes must fit behind it
     */
    public final void copyTo(byte[] target, int offset) {
        System.arraycopy(bytes, 0, target, offset, LENGTH_BYTES);
    }

    final int compareBytes(Id32 other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    final String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof Id32 that && getClass() == that.getClass() && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public final int hashCode() {
        // The bytes are hashes or keys already; the first four are as good as any mix of them. Not for untrusted
        // AgentIds in unbounded maps: every map here that is keyed by a peer's choice is bounded.
        return (bytes[0] << 24) | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
    }

    @Override
    public String toString() {
        return hex();
    }
}
