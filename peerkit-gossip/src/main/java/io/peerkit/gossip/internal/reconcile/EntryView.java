// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static io.peerkit.gossip.internal.reconcile.PackedIds.ID_BYTES;

import io.peerkit.api.EntryId;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Reads an ordered set of entries. An entry is a time (unsigned 64 bits) and an identifier (32 bytes); the order is by
 * time, then by the identifier's unsigned bytes. Every question takes O(log n).
 *
 * <p>{@link EntrySet} belongs to one thread; {@link EntrySnapshot} may be read from any.
 */
public abstract sealed class EntryView permits EntrySet, EntrySnapshot {
    /** The time that no entry may have: Negentropy reserves 2^64 - 1 as "infinity". */
    public static final long RESERVED_TIME = -1L;

    abstract Node root();

    /**
     * The number of entries.
     *
     * @return zero or more
     */
    public final int size() {
        return root().count();
    }

    /**
     * Whether an entry is there.
     *
     * @param time the entry's time
     * @param id holds the identifier
     * @param offset where its 32 bytes start
     * @return true when it is
     */
    public final boolean contains(long time, byte[] id, int offset) {
        PackedIds.requireId(id, offset);
        Node node = root();
        while (node instanceof Inner inner) {
            node = inner.child(inner.childFor(time, id, offset));
        }
        Leaf leaf = (Leaf) node;
        return leaf.holds(leaf.lowerBound(time, id, offset), time, id, offset);
    }

    /**
     * The number of entries below a key, which is the index of the first entry at or above it.
     *
     * @param time the key's time
     * @param id holds the key's identifier; 32 zero bytes make the key the start of {@code time}
     * @param offset where its 32 bytes start
     * @return 0 to {@link #size()}
     */
    public final int lowerBound(long time, byte[] id, int offset) {
        PackedIds.requireId(id, offset);
        int rank = 0;
        Node node = root();
        while (node instanceof Inner inner) {
            int slot = inner.childFor(time, id, offset);
            rank += inner.countBefore(slot);
            node = inner.child(slot);
        }
        return rank + ((Leaf) node).lowerBound(time, id, offset);
    }

    /**
     * The time of the entry at an index.
     *
     * @param index 0 to {@link #size()} - 1
     * @return its time, unsigned
     */
    public final long timeAt(int index) {
        return at(index).time();
    }

    /**
     * Copies the identifier of the entry at an index.
     *
     * @param index 0 to {@link #size()} - 1
     * @param target receives 32 bytes
     * @param offset where they go
     */
    public final void copyIdAt(int index, byte[] target, int offset) {
        at(index).copyId(target, offset);
    }

    /**
     * The identifier of the entry at an index.
     *
     * @param index 0 to {@link #size()} - 1
     * @return its identifier
     */
    public final EntryId idAt(int index) {
        return at(index).id();
    }

    /**
     * The sum of the identifiers in a range, as little-endian integers modulo 2^256.
     *
     * @param from index of the first entry
     * @param to index behind the last
     * @return 32 bytes, the least significant first
     */
    public final byte[] sum(int from, int to) {
        return IdSum.toBytes(limbs(from, to), 0);
    }

    /**
     * The fingerprint of a range; the range between two keys is that between their lower bounds.
     *
     * @param from index of the first entry
     * @param to index behind the last
     * @return the fingerprint
     */
    public final Fingerprint fingerprint(int from, int to) {
        return Fingerprint.ofSum(limbs(from, to), to - from);
    }

    /**
     * The fingerprint of all entries.
     *
     * @return the fingerprint
     */
    public final Fingerprint fingerprint() {
        return fingerprint(0, size());
    }

    /**
     * The fingerprint of all entries for one session: {@code SHA-256(nonce || sum || varint(count))}, its first 16 bytes. Its
     * truncation cannot be exploited beforehand.
     *
     * @param nonce of the session, hashed most significant byte first
     * @return the fingerprint
     */
    public final Fingerprint fingerprint(long nonce) {
        byte[] prefix = ByteBuffer.allocate(Long.BYTES).putLong(nonce).array();
        return Fingerprint.ofSum(prefix, limbs(0, size()), size());
    }

    private long[] limbs(int from, int to) {
        Objects.checkFromToIndex(from, to, size());
        long[] sum = new long[IdSum.LIMBS];
        root().addSum(from, to, sum, 0);
        return sum;
    }

    private EntryCursor at(int index) {
        Objects.checkIndex(index, size());
        EntryCursor cursor = new EntryCursor(root(), index, index + 1);
        cursor.next();
        return cursor;
    }

    final EntryCursor range(int from, int to) {
        Objects.checkFromToIndex(from, to, size());
        return new EntryCursor(root(), from, to);
    }

    /** {@code 2^64 - 1} is refused everywhere, so that no entry lies at "infinity". */
    static void requireEntry(long time, byte[] id, int offset) {
        PackedIds.requireId(id, offset);
        if (time == RESERVED_TIME) {
            throw new IllegalArgumentException("time " + Long.toUnsignedString(time) + " is reserved, at most "
                    + Long.toUnsignedString(time - 1) + " for an entry of " + ID_BYTES + " bytes");
        }
    }
}
