// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static io.peerkit.gossip.internal.reconcile.PackedIds.ID_BYTES;

import io.peerkit.api.EntryId;
import org.jspecify.annotations.Nullable;

/**
 * Walks over a range of a snapshot in order, without an object for each entry.
 *
 * <pre>{@code
 * EntryCursor cursor = snapshot.cursor(from, to);
 * while (cursor.next()) {
 *     cursor.time() ... cursor.copyId(target, offset)
 * }
 * }</pre>
 *
 * <p>A cursor belongs to one thread; a snapshot gives out as many as are asked for.
 */
public final class EntryCursor {
    private final Node root;
    private final int end;
    private int next;
    private @Nullable Leaf leaf;
    private int slot;

    EntryCursor(Node root, int from, int to) {
        this.root = root;
        this.next = from;
        this.end = to;
    }

    /**
     * Moves to the next entry, at first to the range's first.
     *
     * @return false when the range is finished
     */
    public boolean next() {
        if (next >= end) {
            return false;
        }
        slot++;
        if (leaf == null || slot >= leaf.slots()) {
            // Walking down anew for each leaf needs no stack and no links between leaves, which copying would break.
            leaf = find(next);
        }
        next++;
        return true;
    }

    /**
     * The current entry's index in the snapshot.
     *
     * @return its index
     */
    public int index() {
        return next - 1;
    }

    /**
     * The current entry's time.
     *
     * @return its time, unsigned
     */
    public long time() {
        return leaf().time(slot);
    }

    /**
     * Copies the current entry's identifier.
     *
     * @param target receives 32 bytes
     * @param offset where they go
     */
    public void copyId(byte[] target, int offset) {
        leaf().copyId(slot, target, offset);
    }

    /**
     * The current entry's identifier.
     *
     * @return a new object
     */
    public EntryId id() {
        byte[] id = new byte[ID_BYTES];
        copyId(id, 0);
        return EntryId.of(id);
    }

    int idPrefix() {
        return leaf().idPrefix(slot);
    }

    boolean hasId(byte[] id, int offset) {
        return leaf().compareId(slot, id, offset) == 0;
    }

    private Leaf leaf() {
        if (leaf == null) {
            throw new IllegalStateException("next() has not been called");
        }
        return leaf;
    }

    private Leaf find(int index) {
        int rest = index;
        Node node = root;
        while (node instanceof Inner inner) {
            int child = 0;
            while (rest >= inner.childCount(child)) {
                rest -= inner.childCount(child++);
            }
            node = inner.child(child);
        }
        slot = rest;
        return (Leaf) node;
    }
}
