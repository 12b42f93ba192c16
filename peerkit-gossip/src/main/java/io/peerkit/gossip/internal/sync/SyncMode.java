// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

/** How a session finds the differences; both sides come to the same answer from their two hellos. */
enum SyncMode {
    /** There are none. */
    EQUAL,
    /** One side is nearly empty: it lists its keys, the other sends all else. */
    BULK,
    /** Range-based reconciliation. */
    RECONCILE;

    /** A side with fewer entries than this lists its keys: 2,560 bytes at most, less than reconciliation takes. */
    static final int FEW_ENTRIES = 64;

    /** So does a side with less than one part in this of the other's entries. */
    static final int BULK_RATIO = 4;

    static SyncMode of(SyncFrame.Hello one, SyncFrame.Hello other) {
        if (one.count() == other.count() && one.fingerprint().equals(other.fingerprint())) {
            return EQUAL;
        }
        int smaller = Math.min(one.count(), other.count());
        int larger = Math.max(one.count(), other.count());
        return smaller < FEW_ENTRIES || smaller < larger / BULK_RATIO ? BULK : RECONCILE;
    }

    /** Whether the initiator is the side that lists its keys; it is when both have as many. */
    static boolean initiatorListsKeys(SyncFrame.Hello initiator, SyncFrame.Hello responder) {
        return initiator.count() <= responder.count();
    }
}
