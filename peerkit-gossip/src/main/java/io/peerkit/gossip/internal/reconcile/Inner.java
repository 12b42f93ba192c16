// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static io.peerkit.gossip.internal.reconcile.PackedIds.ID_BYTES;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Children in order, each with the number of entries below it, the sum of their identifiers, and the key that parts it
 * from its left neighbour (meaningless in slot 0, where the parent's key counts).
 */
final class Inner extends Node {
    private @Nullable Node[] children;
    private int[] counts;
    private long[] sums;
    private long[] lowTimes;
    private byte[] lowIds;
    private int size;

    private Inner(Object owner, int capacity) {
        super(owner);
        children = new @Nullable Node[capacity];
        counts = new int[capacity];
        sums = new long[capacity * IdSum.LIMBS];
        lowTimes = new long[capacity];
        lowIds = new byte[capacity * ID_BYTES];
    }

    /** A parent for nodes that are in order. */
    static Inner of(Object owner, List<? extends Node> nodes) {
        Inner parent = new Inner(owner, capacity(nodes.size()));
        for (Node node : nodes) {
            parent.open(parent.size, 1);
            parent.put(parent.size - 1, node);
        }
        return parent;
    }

    Node child(int slot) {
        Node child = children[slot];
        if (child == null) {
            throw new AssertionError("no child in slot " + slot + " of " + size);
        }
        return child;
    }

    int childCount(int slot) {
        return counts[slot];
    }

    /** The entries below the children in front of {@code slot}. */
    int countBefore(int slot) {
        int count = 0;
        for (int i = 0; i < slot; i++) {
            count += counts[i];
        }
        return count;
    }

    /** The only child that may hold the key. */
    int childFor(long time, byte[] id, int offset) {
        int low = 1;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (PackedIds.compare(lowTimes[middle], lowIds, middle * ID_BYTES, time, id, offset) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    @Override
    int slots() {
        return size;
    }

    @Override
    int count() {
        return countBefore(size);
    }

    @Override
    void addSum(int from, int to, long[] sum, int slot) {
        int start = 0;
        for (int i = 0; i < size && start < to; i++) {
            int end = start + counts[i];
            if (from <= start && end <= to) {
                IdSum.addSum(sum, slot, sums, i);
            } else if (from < end) {
                child(i).addSum(Math.max(from - start, 0), Math.min(to - start, counts[i]), sum, slot);
            }
            start = end;
        }
    }

    @Override
    long lowTime() {
        return lowTimes[0];
    }

    @Override
    void copyLowId(byte[] target, int offset) {
        System.arraycopy(lowIds, 0, target, offset, ID_BYTES);
    }

    @Override
    Inner editable(Object newOwner) {
        if (owner == newOwner) {
            return this;
        }
        Inner copy = new Inner(newOwner, capacity(size));
        copy.copySlots(this, 0, size);
        return copy;
    }

    @Override
    @Nullable
    Inner insert(Edit edit) {
        int slot = childFor(edit.time, edit.id, edit.offset);
        boolean rightEdge = edit.rightEdge && slot == size - 1;
        edit.rightEdge = rightEdge;
        Node child = child(slot).insert(edit);
        if (child == null) {
            return null;
        }
        Inner target = editable(edit.owner);
        target.children[slot] = child;
        target.counts[slot]++;
        IdSum.addId(target.sums, slot, edit.id, edit.offset);
        Node right = edit.split;
        edit.split = null;
        if (right != null) {
            target.part(slot, right);
            if (target.size > MAX_SLOTS) {
                edit.split = target.splitAt(rightEdge ? target.size - 1 : target.size / 2);
            }
        }
        return target;
    }

    @Override
    @Nullable
    Inner remove(Edit edit) {
        int slot = childFor(edit.time, edit.id, edit.offset);
        Node child = child(slot).remove(edit);
        if (child == null) {
            return null;
        }
        Inner target = editable(edit.owner);
        target.children[slot] = child;
        target.counts[slot]--;
        IdSum.subtractId(target.sums, slot, edit.id, edit.offset);
        if (child.slots() < MIN_SLOTS && target.size > 1) {
            target.join(Math.max(slot - 1, 0), edit.owner);
        }
        return target;
    }

    @Override
    void append(Node right, long lowTime, byte[] lowIdArray, int lowOffset) {
        Inner other = (Inner) right;
        int end = size;
        copySlots(other, 0, other.size);
        lowTimes[end] = lowTime;
        System.arraycopy(lowIdArray, lowOffset, lowIds, end * ID_BYTES, ID_BYTES);
    }

    @Override
    Inner splitAt(int at) {
        Inner right = new Inner(owner, capacity(size - at));
        right.copySlots(this, at, size);
        Arrays.fill(children, at, size, null);
        size = at;
        resize(capacity(at));
        return right;
    }

    /** Unites two neighbours, and parts them evenly when that is too many slots for one node. */
    private void join(int slot, Object newOwner) {
        Node left = child(slot).editable(newOwner);
        left.append(child(slot + 1), lowTimes[slot + 1], lowIds, (slot + 1) * ID_BYTES);
        children[slot] = left;
        counts[slot] += counts[slot + 1];
        IdSum.addSum(sums, slot, sums, slot + 1);
        close(slot + 1);
        if (left.slots() > MAX_SLOTS) {
            part(slot, left.splitAt(left.slots() / 2));
        }
    }

    /** Takes {@code right}, split off the child in {@code slot}, as the next child. */
    private void part(int slot, Node right) {
        open(slot + 1, 1);
        put(slot + 1, right);
        counts[slot] -= counts[slot + 1];
        IdSum.subtractSum(sums, slot, sums, slot + 1);
    }

    private void put(int slot, Node node) {
        children[slot] = node;
        counts[slot] = node.count();
        Arrays.fill(sums, slot * IdSum.LIMBS, (slot + 1) * IdSum.LIMBS, 0);
        node.addSum(0, counts[slot], sums, slot);
        lowTimes[slot] = node.lowTime();
        node.copyLowId(lowIds, slot * ID_BYTES);
    }

    private void copySlots(Inner from, int start, int end) {
        int at = size;
        int slots = end - start;
        open(at, slots);
        System.arraycopy(from.children, start, children, at, slots);
        System.arraycopy(from.counts, start, counts, at, slots);
        System.arraycopy(from.sums, start * IdSum.LIMBS, sums, at * IdSum.LIMBS, slots * IdSum.LIMBS);
        System.arraycopy(from.lowTimes, start, lowTimes, at, slots);
        System.arraycopy(from.lowIds, start * ID_BYTES, lowIds, at * ID_BYTES, slots * ID_BYTES);
    }

    /** Makes room for {@code slots} children in front of {@code slot}. */
    private void open(int slot, int slots) {
        if (size + slots > children.length) {
            resize(capacity(size + slots));
        }
        shift(slot, slot + slots);
        size += slots;
    }

    private void close(int slot) {
        shift(slot + 1, slot);
        size--;
        children[size] = null;
    }

    private void shift(int from, int to) {
        int slots = size - from;
        System.arraycopy(children, from, children, to, slots);
        System.arraycopy(counts, from, counts, to, slots);
        System.arraycopy(sums, from * IdSum.LIMBS, sums, to * IdSum.LIMBS, slots * IdSum.LIMBS);
        System.arraycopy(lowTimes, from, lowTimes, to, slots);
        System.arraycopy(lowIds, from * ID_BYTES, lowIds, to * ID_BYTES, slots * ID_BYTES);
    }

    private void resize(int capacity) {
        if (capacity != children.length) {
            children = Arrays.copyOf(children, capacity);
            counts = Arrays.copyOf(counts, capacity);
            sums = Arrays.copyOf(sums, capacity * IdSum.LIMBS);
            lowTimes = Arrays.copyOf(lowTimes, capacity);
            lowIds = Arrays.copyOf(lowIds, capacity * ID_BYTES);
        }
    }
}
