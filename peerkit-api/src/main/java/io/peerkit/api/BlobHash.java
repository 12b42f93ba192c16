// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/**
 * Names a blob: the SHA-256 of its bytes.
 *
 * <p>The text form is a CIDv1 with the codec <em>raw</em> in lower-case base32: {@code bafkrei} and 52 more
 * characters.
 *
 * @see <a href="https://github.com/multiformats/cid">Content identifiers, CIDv1</a>
 */
public final class BlobHash extends Id32 implements Comparable<BlobHash> {
    /** CID version 1, codec raw (0x55), multihash sha2-256 (0x12) of 32 bytes. */
    private static final byte[] CID_PREFIX = {0x01, 0x55, 0x12, 0x20};

    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int TEXT_LENGTH = 1 + ((CID_PREFIX.length + LENGTH_BYTES) * 8 + 4) / 5;

    private BlobHash(byte[] bytes) {
        super(bytes);
    }

    /**
     * Wraps a hash.
     *
     * @param bytes 32 bytes, copied
     * @return the identifier
     * @throws InvalidBytesException when there are not 32 of them
     */
    public static BlobHash of(byte[] bytes) {
        return new BlobHash(bytes);
    }

    /**
     * Hashes a blob.
     *
     * @param blob the blob's bytes
     * @return its identifier
     */
    public static BlobHash ofBlob(byte[] blob) {
        return new BlobHash(sha256(blob));
    }

    /**
     * Reads the text form.
     *
     * @param text a CIDv1 in base32, raw, SHA-256
     * @return the identifier
     * @throws InvalidBytesException when {@code text} is anything else
     */
    public static BlobHash parse(String text) {
        if (text.length() != TEXT_LENGTH || text.charAt(0) != 'b') {
            throw new InvalidBytesException("BlobHash must be " + TEXT_LENGTH + " characters that start with b");
        }
        byte[] cid = new byte[CID_PREFIX.length + LENGTH_BYTES];
        int buffer = 0;
        int bits = 0;
        int at = 0;
        for (int i = 1; i < text.length(); i++) {
            int digit = BASE32.indexOf(text.charAt(i));
            if (digit < 0) {
                throw new InvalidBytesException("BlobHash has a character outside lower-case base32 at " + i);
            }
            buffer = (buffer << 5 | digit) & 0xfff;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                cid[at++] = (byte) (buffer >> bits);
            }
        }
        if ((buffer & (1 << bits) - 1) != 0) {
            throw new InvalidBytesException("BlobHash has bits behind its end");
        }
        for (int i = 0; i < CID_PREFIX.length; i++) {
            if (cid[i] != CID_PREFIX[i]) {
                throw new InvalidBytesException("BlobHash is not a CIDv1 of a raw blob hashed by SHA-256");
            }
        }
        byte[] hash = new byte[LENGTH_BYTES];
        System.arraycopy(cid, CID_PREFIX.length, hash, 0, LENGTH_BYTES);
        return new BlobHash(hash);
    }

    @Override
    public int compareTo(BlobHash other) {
        return compareBytes(other);
    }

    /** The CIDv1 text form. */
    @Override
    public String toString() {
        byte[] cid = new byte[CID_PREFIX.length + LENGTH_BYTES];
        System.arraycopy(CID_PREFIX, 0, cid, 0, CID_PREFIX.length);
        copyTo(cid, CID_PREFIX.length);
        StringBuilder text = new StringBuilder(TEXT_LENGTH).append('b');
        int buffer = 0;
        int bits = 0;
        for (byte next : cid) {
            buffer = (buffer << 8 | (next & 0xff)) & 0xfff;
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                text.append(BASE32.charAt(buffer >> bits & 31));
            }
        }
        if (bits > 0) {
            text.append(BASE32.charAt(buffer << (5 - bits) & 31));
        }
        return text.toString();
    }
}
