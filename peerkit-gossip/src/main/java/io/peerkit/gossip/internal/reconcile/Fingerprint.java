// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Summarises a range of entries: equal fingerprints, equal sets of identifiers.
 *
 * <p>It is the first 16 bytes of {@code SHA-256(sum of the identifiers mod 2^256, little-endian || varint(count))}. An
 * insider who can choose thousands of identifiers can build two different sets with one fingerprint at a cost near 2^31,
 * so equality saves traffic and is never a proof.
 *
 * @see <a href="https://github.com/hoytech/negentropy/blob/master/docs/negentropy-protocol-v1.md">Negentropy Protocol
 *     V1, "Fingerprint Algorithm"</a>
 */
public final class Fingerprint {
    /** The length of a fingerprint in bytes. */
    public static final int LENGTH_BYTES = 16;

    private final byte[] bytes;

    private Fingerprint(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Wraps what a peer sent.
     *
     * @param bytes 16 bytes, copied
     * @return the fingerprint
     * @throws InvalidBytesException when there are not 16 of them
     */
    public static Fingerprint of(byte[] bytes) {
        if (bytes.length != LENGTH_BYTES) {
            throw new InvalidBytesException("fingerprint of " + bytes.length + " bytes, must be " + LENGTH_BYTES);
        }
        return new Fingerprint(bytes.clone());
    }

    /** What several fingerprints come to: the first 16 bytes of the SHA-256 of all, one behind the other. */
    public static Fingerprint ofBytes(byte[] fingerprints) {
        return new Fingerprint(Arrays.copyOf(BlobHash.ofBlob(fingerprints).toBytes(), LENGTH_BYTES));
    }

    static Fingerprint ofSum(long[] sum, int count) {
        return ofSum(new byte[0], sum, count);
    }

    /** With {@code prefix} in front of what is hashed. */
    static Fingerprint ofSum(byte[] prefix, long[] sum, int count) {
        byte[] suffix = new byte[Varint.MAX_BYTES];
        int length = Varint.write(count, suffix, 0);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(prefix);
            digest.update(IdSum.toBytes(sum, 0));
            digest.update(suffix, 0, length);
            return new Fingerprint(Arrays.copyOf(digest.digest(), LENGTH_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /**
     * The fingerprint's 16 bytes.
     *
     * @return a copy
     */
    public byte[] toBytes() {
        return bytes.clone();
    }

    void copyTo(byte[] target, int offset) {
        System.arraycopy(bytes, 0, target, offset, LENGTH_BYTES);
    }

    boolean matches(byte[] message, int offset) {
        return Arrays.equals(bytes, 0, LENGTH_BYTES, message, offset, offset + LENGTH_BYTES);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fingerprint that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The bytes as 32 lower-case hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
