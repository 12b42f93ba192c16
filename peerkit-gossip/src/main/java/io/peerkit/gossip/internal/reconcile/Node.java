// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import org.jspecify.annotations.Nullable;

/**
 * A node of the counted B+tree behind {@link EntrySet}.
 *
 * <p>A node changes in place only for the set that carries its owner token; for everybody else it is immutable.
 */
abstract sealed class Node permits Leaf, Inner {
    /** The most slots of a node: measured, see {@link EntrySet}. */
    static final int MAX_SLOTS = 64;

    /** A node with fewer slots joins a neighbour; a quarter, so that splits and joins do not alternate. */
    static final int MIN_SLOTS = MAX_SLOTS / 4;

    /** Arrays grow by this many slots, so that half-filled nodes do not cost full ones. */
    static final int GROWTH_SLOTS = 16;

    final Object owner;

    Node(Object owner) {
        this.owner = owner;
    }

    /** The slots in use: entries of a leaf, children of an inner node. */
    abstract int slots();

    /** The entries at and below this node. */
    abstract int count();

    /** Adds the identifiers of the entries {@code from} to {@code to} (exclusive, counted in this node) to a sum. */
    abstract void addSum(int from, int to, long[] sum, int slot);

    /** The time of a key that is not above the first entry and above all entries to the left. */
    abstract long lowTime();

    /** Copies the identifier that belongs to {@link #lowTime()}. */
    abstract void copyLowId(byte[] target, int offset);

    /** This node when {@code owner} may change it, a copy otherwise. */
    abstract Node editable(Object owner);

    /** Inserts; returns the changed node, or null (and nothing has changed) when the entry was there. */
    abstract @Nullable Node insert(Edit edit);

    /** Removes; returns the changed node, or null (and nothing has changed) when there was no such entry. */
    abstract @Nullable Node remove(Edit edit);

    /** Takes over the slots of the right neighbour, whose low key its parent knows; may exceed the maximum. */
    abstract void append(Node right, long lowTime, byte[] lowIds, int lowOffset);

    /** Moves the slots from {@code at} on into a new node to the right of this one. */
    abstract Node splitAt(int at);

    /** The array length for so many slots. */
    static int capacity(int slots) {
        return Math.max(1, (slots + GROWTH_SLOTS - 1) / GROWTH_SLOTS) * GROWTH_SLOTS;
    }
}
