// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one scope, ordered by (time, id), with counts and sums over any range in O(log n).
 *
 * <p>It is a B+tree whose inner nodes keep the count and the sum of identifiers below each child. Entries lie packed in
 * the leaves: 43 bytes of heap for each when loaded or added in order, 52 in random order. Nodes of 64 slots are a measured
 * compromise: 32 cost a quarter more heap after random adds, 128 half as much time again for copying after a snapshot
 * and a quarter more for range sums.
 *
 * <p>A set with a key also keeps a {@link Sketch} of itself, and finds entries by their short ids.
 *
 * <p>A snapshot takes O(1): the set gives up its owner token, and from then on copies each node once, when it first
 * changes it. While nobody takes snapshots everything changes in place.
 *
 * <p>Belongs to one thread, the node loop.
 *
 * @see <a href="https://arxiv.org/abs/2212.13567">A. Meyer, Range-Based Set Reconciliation</a>
 */
public final class EntrySet extends EntryView {
    /** Hears what comes into a set and goes. */
    public interface Watcher {
        /** An entry was added. */
        void added(long time, byte[] id, int offset);

        /** An entry was removed. */
        void removed(long time, byte[] id, int offset);
    }

    private final @Nullable KeyedSummary summary;
    private @Nullable Watcher watcher;
    private Object owner;
    private Node root;
    private long changes;

    /** Creates an empty set without a key; {@link EntrySetLoader} fills one faster. */
    public EntrySet() {
        this(Optional.empty());
    }

    /**
     * Creates an empty set.
     *
     * @param key its scope's key: with one the set keeps a sketch and an index of short ids, 9 bytes an entry and 70 KiB
     */
    public EntrySet(Optional<SketchKey> key) {
        owner = new Object();
        root = new Leaf(owner);
        summary = key.map(KeyedSummary::new).orElse(null);
    }

    EntrySet(Object owner, Node root, @Nullable KeyedSummary summary) {
        this.owner = owner;
        this.root = root;
        this.summary = summary;
    }

    @Override
    Node root() {
        return root;
    }

    /** Tells one watcher of what is added and removed from now on. */
    public void watch(Watcher next) {
        watcher = next;
    }

    /**
     * Adds an entry.
     *
     * @param time unsigned, any but 2^64 - 1
     * @param id holds the identifier, copied
     * @param offset where its 32 bytes start
     * @return false when it was there
     * @throws IllegalArgumentException when {@code time} is 2^64 - 1
     */
    public boolean add(long time, byte[] id, int offset) {
        requireEntry(time, id, offset);
        Edit edit = new Edit(owner, time, id, offset);
        Node changed = root.insert(edit);
        if (changed == null) {
            return false;
        }
        Node right = edit.split;
        root = right == null ? changed : Inner.of(owner, List.of(changed, right));
        changes++;
        if (summary != null) {
            summary.add(time, id, offset);
        }
        if (watcher != null) {
            watcher.added(time, id, offset);
        }
        return true;
    }

    /**
     * Removes an entry.
     *
     * @param time the entry's time
     * @param id holds the identifier
     * @param offset where its 32 bytes start
     * @return false when it was not there
     */
    public boolean remove(long time, byte[] id, int offset) {
        PackedIds.requireId(id, offset);
        Node changed = root.remove(new Edit(owner, time, id, offset));
        if (changed == null) {
            return false;
        }
        root = changed;
        while (root instanceof Inner inner && inner.slots() == 1) {
            root = inner.child(0);
        }
        changes++;
        if (summary != null) {
            summary.remove(time, id, offset);
        }
        if (watcher != null) {
            watcher.removed(time, id, offset);
        }
        return true;
    }

    /**
     * How often entries were added or removed since the set was made.
     *
     * @return a number that grows
     */
    public long changes() {
        return changes;
    }

    /**
     * Keeps the present content, whatever happens to this set afterwards.
     *
     * @return an immutable snapshot, in O(1)
     */
    public EntrySnapshot snapshot() {
        owner = new Object();
        return new EntrySnapshot(root, Optional.ofNullable(summary).map(KeyedSummary::snapshot));
    }

    /**
     * Adds the ids of the entries with a short id to a list; nothing when the set has no key.
     *
     * @param shortId as a peer named it
     * @param found takes one id, rarely none or several
     */
    public void find(long shortId, IdList found) {
        if (summary != null) {
            summary.index().find(shortId, this, found);
        }
    }
}
