// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/**
 * Names an entry: the SHA-256 of its header's bytes, without the signature.
 *
 * <p>The text form is 64 lower-case hexadecimal digits.
 */
public final class EntryId extends Id32 implements Comparable<EntryId> {
    private EntryId(byte[] bytes) {
        super(bytes);
    }

    /**
     * Wraps a hash.
     *
     * @param bytes 32 bytes, copied
     * @return the identifier
     * @throws InvalidBytesException when there are not 32 of them
     */
    public static EntryId of(byte[] bytes) {
        return new EntryId(bytes);
    }

    /**
     * Reads the text form.
     *
     * @param hex 64 hexadecimal digits
     * @return the identifier
     * @throws InvalidBytesException when {@code hex} is anything else
     */
    public static EntryId parse(String hex) {
        return new EntryId(parseHex("EntryId", hex));
    }

    /**
     * Names the entry with a header.
     *
     * @param header the header's bytes, as signed
     * @return its identifier
     */
    public static EntryId ofHeader(byte[] header) {
        return new EntryId(sha256(header));
    }

    @Override
    public int compareTo(EntryId other) {
        return compareBytes(other);
    }
}
