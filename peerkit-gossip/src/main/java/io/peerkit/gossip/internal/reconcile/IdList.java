// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static io.peerkit.gossip.internal.reconcile.PackedIds.ID_BYTES;

import io.peerkit.api.EntryId;
import java.util.Arrays;
import java.util.Objects;

/** Identifiers that a peer named, packed, in the order it named them. */
public final class IdList {
    private static final int INITIAL_IDS = 8;

    private byte[] ids = new byte[INITIAL_IDS * ID_BYTES];
    private int size;

    /** Creates an empty list. */
    public IdList() {}

    void add(byte[] source, int offset) {
        if (size * ID_BYTES == ids.length) {
            ids = Arrays.copyOf(ids, 2 * ids.length);
        }
        System.arraycopy(source, offset, ids, size * ID_BYTES, ID_BYTES);
        size++;
    }

    /**
     * The number of identifiers.
     *
     * @return at most as many as the message held
     */
    public int size() {
        return size;
    }

    /**
     * One identifier.
     *
     * @param index 0 to {@link #size()} - 1
     * @return a new object
     */
    public EntryId get(int index) {
        int start = Objects.checkIndex(index, size) * ID_BYTES;
        return EntryId.of(Arrays.copyOfRange(ids, start, start + ID_BYTES));
    }

    /**
     * Copies one identifier.
     *
     * @param index 0 to {@link #size()} - 1
     * @param target receives 32 bytes
     * @param offset where they go
     */
    public void copyTo(int index, byte[] target, int offset) {
        System.arraycopy(ids, Objects.checkIndex(index, size) * ID_BYTES, target, offset, ID_BYTES);
    }

    /**
     * All identifiers, one behind the other.
     *
     * @return a copy, 32 bytes each
     */
    public byte[] toBytes() {
        return Arrays.copyOf(ids, size * ID_BYTES);
    }
}
