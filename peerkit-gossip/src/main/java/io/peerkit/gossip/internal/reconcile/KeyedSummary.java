// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

/**
 * What a set keeps under its scope's key beside the tree: coded symbols, an estimate of differences, and an index of short
 * ids. Kept up with every entry that is added or removed, never computed from the whole set.
 *
 * <p>Belongs to the thread of the set.
 */
final class KeyedSummary {
    /** The most coded symbols: they find some 1,450 differences. 20 bytes each. */
    static final int MAX_SYMBOLS = 2_048;

    /** Short ids are items of one word. */
    static final int ITEM_WORDS = 1;

    private final SketchKey key;
    private final DifferenceEstimate estimate = new DifferenceEstimate();
    private final ShortIdIndex index;
    private final long[] hash = new long[2];
    private CodedSymbols symbols = new CodedSymbols(MAX_SYMBOLS, ITEM_WORDS);

    /** Whether a snapshot has the present symbols. */
    private boolean shared;

    KeyedSummary(SketchKey key) {
        this.key = key;
        this.index = new ShortIdIndex(key);
    }

    SketchKey key() {
        return key;
    }

    void add(long time, byte[] id, int offset) {
        key.shortId(id, offset, hash);
        estimate.add(hash[1]);
        index.add(hash[0], time);
        apply(1);
    }

    void remove(long time, byte[] id, int offset) {
        key.shortId(id, offset, hash);
        estimate.remove(hash[1]);
        index.remove(hash[0], time);
        apply(-1);
    }

    private void apply(int sign) {
        if (shared) {
            symbols = symbols.copy();
            shared = false;
        }
        symbols.apply(hash, key.checksum(hash[0]), sign);
    }

    /** What is kept now, unchanged by what follows. */
    Sketch snapshot() {
        shared = true;
        return new Sketch(key, symbols, estimate.toBytes());
    }

    ShortIdIndex index() {
        return index;
    }
}
