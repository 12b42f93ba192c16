// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static io.peerkit.gossip.internal.reconcile.PackedIds.ID_BYTES;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Entries in order, times and identifiers packed in one array each. */
final class Leaf extends Node {
    private long[] times;
    private byte[] ids;
    private int size;

    Leaf(Object owner) {
        this(owner, new long[GROWTH_SLOTS], new byte[GROWTH_SLOTS * ID_BYTES], 0);
    }

    private Leaf(Object owner, long[] times, byte[] ids, int size) {
        super(owner);
        this.times = times;
        this.ids = ids;
        this.size = size;
    }

    /** Copies {@code count} entries, already in order, out of packed arrays. */
    static Leaf copyOf(Object owner, long[] times, byte[] ids, int from, int count) {
        int capacity = capacity(count);
        long[] ownTimes = new long[capacity];
        byte[] ownIds = new byte[capacity * ID_BYTES];
        System.arraycopy(times, from, ownTimes, 0, count);
        System.arraycopy(ids, from * ID_BYTES, ownIds, 0, count * ID_BYTES);
        return new Leaf(owner, ownTimes, ownIds, count);
    }

    long time(int slot) {
        return times[slot];
    }

    void copyId(int slot, byte[] target, int offset) {
        System.arraycopy(ids, slot * ID_BYTES, target, offset, ID_BYTES);
    }

    int compareId(int slot, byte[] id, int offset) {
        return PackedIds.compare(ids, slot * ID_BYTES, id, offset);
    }

    /** The first four bytes of an identifier. */
    int idPrefix(int slot) {
        return PackedIds.prefix(ids, slot * ID_BYTES);
    }

    /** The first slot whose entry is not below the key. */
    int lowerBound(long time, byte[] id, int offset) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (PackedIds.compare(times[middle], ids, middle * ID_BYTES, time, id, offset) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    boolean holds(int slot, long time, byte[] id, int offset) {
        return slot < size && times[slot] == time && compareId(slot, id, offset) == 0;
    }

    @Override
    int slots() {
        return size;
    }

    @Override
    int count() {
        return size;
    }

    @Override
    void addSum(int from, int to, long[] sum, int slot) {
        for (int i = from; i < to; i++) {
            IdSum.addId(sum, slot, ids, i * ID_BYTES);
        }
    }

    @Override
    long lowTime() {
        return times[0];
    }

    @Override
    void copyLowId(byte[] target, int offset) {
        copyId(0, target, offset);
    }

    @Override
    Leaf editable(Object newOwner) {
        return owner == newOwner ? this : copyOf(newOwner, times, ids, 0, size);
    }

    @Override
    @Nullable
    Leaf insert(Edit edit) {
        int slot = lowerBound(edit.time, edit.id, edit.offset);
        if (holds(slot, edit.time, edit.id, edit.offset)) {
            return null;
        }
        Leaf target = editable(edit.owner);
        target.open(slot, 1);
        target.times[slot] = edit.time;
        System.arraycopy(edit.id, edit.offset, target.ids, slot * ID_BYTES, ID_BYTES);
        if (target.size > MAX_SLOTS) {
            // Ascending entries leave full leaves behind. Only at the tree's edge: anywhere else descending entries
            // could be made to leave a leaf for each.
            boolean appended = edit.rightEdge && slot == target.size - 1;
            edit.split = target.splitAt(appended ? slot : target.size / 2);
        }
        return target;
    }

    @Override
    @Nullable
    Leaf remove(Edit edit) {
        int slot = lowerBound(edit.time, edit.id, edit.offset);
        if (!holds(slot, edit.time, edit.id, edit.offset)) {
            return null;
        }
        Leaf target = editable(edit.owner);
        int behind = target.size - slot - 1;
        System.arraycopy(target.times, slot + 1, target.times, slot, behind);
        System.arraycopy(target.ids, (slot + 1) * ID_BYTES, target.ids, slot * ID_BYTES, behind * ID_BYTES);
        target.size--;
        return target;
    }

    @Override
    void append(Node right, long lowTime, byte[] lowIds, int lowOffset) {
        Leaf other = (Leaf) right;
        int end = size;
        open(end, other.size);
        System.arraycopy(other.times, 0, times, end, other.size);
        System.arraycopy(other.ids, 0, ids, end * ID_BYTES, other.size * ID_BYTES);
    }

    @Override
    Leaf splitAt(int at) {
        Leaf right = copyOf(owner, times, ids, at, size - at);
        size = at;
        resize(capacity(at));
        return right;
    }

    /** Makes room for {@code slots} entries in front of {@code slot}. */
    private void open(int slot, int slots) {
        if (size + slots > times.length) {
            resize(capacity(size + slots));
        }
        System.arraycopy(times, slot, times, slot + slots, size - slot);
        System.arraycopy(ids, slot * ID_BYTES, ids, (slot + slots) * ID_BYTES, (size - slot) * ID_BYTES);
        size += slots;
    }

    private void resize(int capacity) {
        if (capacity != times.length) {
            times = Arrays.copyOf(times, capacity);
            ids = Arrays.copyOf(ids, capacity * ID_BYTES);
        }
    }
}
