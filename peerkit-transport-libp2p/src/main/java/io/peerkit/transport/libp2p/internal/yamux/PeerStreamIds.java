// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import java.util.BitSet;

/**
 * Remembers which stream ids the peer has used, so that none is used twice.
 *
 * <p>Ids grow, but not strictly: an implementation that draws the id in one step and sends in the next can put two
 * openings on the wire in the other order. So an id may be up to {@link #REORDER_WINDOW} openings late; one bit is kept
 * for each of these, and nothing for the rest.
 */
final class PeerStreamIds {
    /** How many openings an id may be late. A peer has at most 256 unanswered ones, so this is ample. */
    static final int REORDER_WINDOW = 1024;

    private final BitSet used = new BitSet(REORDER_WINDOW);
    private int highest = -1;

    /**
     * Notes that the peer opens a stream.
     *
     * @param streamId of the peer's parity
     * @return false when it was used before or is too late
     */
    boolean use(int streamId) {
        // Ids of one side differ in the upper 31 bits only, so this is never negative.
        int ordinal = streamId >>> 1;
        if (ordinal > highest) {
            forgetUpTo(ordinal);
        } else if (highest - ordinal >= REORDER_WINDOW || used.get(ordinal % REORDER_WINDOW)) {
            return false;
        }
        used.set(ordinal % REORDER_WINDOW);
        return true;
    }

    private void forgetUpTo(int ordinal) {
        if (ordinal - (long) highest >= REORDER_WINDOW) {
            used.clear();
        } else {
            for (int ahead = 1; ahead <= ordinal - highest; ahead++) {
                used.clear((highest + ahead) % REORDER_WINDOW);
            }
        }
        highest = ordinal;
    }
}
