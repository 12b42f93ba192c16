// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

/** When a session moves one side's keys and the other's entries in bulk; both sides come to the same answer from the counts. */
final class SyncMode {
    /** A side with fewer entries than this lists its keys: 2,560 bytes at most, about what finding differences takes. */
    static final int FEW_ENTRIES = 64;

    /** So does a side with less than one part in this of the other's entries. */
    static final int BULK_RATIO = 4;

    private SyncMode() {}

    static boolean isBulk(int oneCount, int otherCount) {
        int smaller = Math.min(oneCount, otherCount);
        return smaller < FEW_ENTRIES || smaller < Math.max(oneCount, otherCount) / BULK_RATIO;
    }

    /** Whether the initiator is the side that lists its keys; it is when both have as many. */
    static boolean initiatorListsKeys(int initiatorCount, int responderCount) {
        return initiatorCount <= responderCount;
    }
}
