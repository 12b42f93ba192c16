// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import java.util.Optional;

/**
 * What an {@link EntrySet} held at one moment.
 *
 * <p>Immutable; may be handed to and read from any thread without further care. It keeps the nodes it shares with the
 * set alive, at most those the set has replaced since.
 */
public final class EntrySnapshot extends EntryView {
    // Final: a thread that gets hold of the snapshot sees all that was written to the nodes before.
    private final Node root;

    private final Optional<Sketch> sketch;

    EntrySnapshot(Node root, Optional<Sketch> sketch) {
        this.root = root;
        this.sketch = sketch;
    }

    @Override
    Node root() {
        return root;
    }

    /**
     * The sketch of the entries.
     *
     * @return empty when the set has no key
     */
    public Optional<Sketch> sketch() {
        return sketch;
    }

    /**
     * Walks over a range.
     *
     * @param from index of the first entry
     * @param to index behind the last
     * @return a cursor in front of the first entry
     */
    public EntryCursor cursor(int from, int to) {
        return range(from, to);
    }
}
