// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import java.nio.ByteBuffer;

/**
 * One entry in an index.
 *
 * <p>Two entries may have the same place: of one time, with ids that begin alike. Whoever makes both on purpose can do so for the work of
 * 2^32 hashes. One record then stands for both, so a record that was added twice is <em>repeated</em> and never dropped; one whose
 * journal was merged twice, as after a crash, looks the same and stays too.
 *
 * @param place where it stands
 * @param bytes at least what envelope and blob of the entry occupy together, unless that changes at this moment; a hint for reading
 * @param repeated whether it was added more than once
 */
public record IndexRecord(IndexPlace place, int bytes, boolean repeated) {
    /** The length in bytes. */
    public static final int BYTES = IndexPlace.BYTES + Integer.BYTES;

    private static final int REPEATED = 1 << 31;

    static IndexRecord read(ByteBuffer in) {
        IndexPlace place = IndexPlace.read(in);
        int size = in.getInt();
        return new IndexRecord(place, size & ~REPEATED, (size & REPEATED) != 0);
    }

    void write(ByteBuffer out) {
        place.write(out);
        out.putInt(repeated ? bytes | REPEATED : bytes);
    }

    /**
     * Of two records of one place the one that tells of more bytes.
     *
     * @param other the other one
     * @return this one or that
     */
    public IndexRecord larger(IndexRecord other) {
        return bytes >= other.bytes ? this : other;
    }

    /** One record for two of the same place. */
    IndexRecord and(IndexRecord other) {
        return new IndexRecord(place, Math.max(bytes, other.bytes), true);
    }
}
