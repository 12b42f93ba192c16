// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.EntryId;

/**
 * Makes the statement that closes the open epoch, on a node of the authority. Every entry that the node has is shown to it; O(n log n)
 * in all, so it is done in slices.
 */
public final class Closing {
    private final EpochLedger ledger;
    private final DigestList.Builder added = new DigestList.Builder();
    private final DigestList.Builder live = new DigestList.Builder();

    /**
     * @param ledger at the head behind which to close; must not move meanwhile
     */
    public Closing(EpochLedger ledger) {
        this.ledger = ledger;
    }

    /** An entry of a closed epoch that is here. */
    public void closed(byte[] id, int offset) {
        live.add(ledger.digests().of(id, offset));
    }

    /** An entry of the open epoch that is here, and is to stay. */
    public void open(EntryId id) {
        if (!ledger.isDelete(id)) {
            byte[] digest = ledger.digests().of(id);
            added.add(digest);
            live.add(digest);
        }
    }

    /**
     * All were shown.
     *
     * @param time the hybrid logical time
     * @return what to sign
     */
    public EpochStep finish(long time) {
        DigestList.Builder gone = new DigestList.Builder();
        ledger.tombstones().all().forEach((entry, stone) -> {
            if (stone.isEffective()) {
                gone.add(ledger.digests().of(entry));
            }
        });
        DigestList deleted = gone.build();
        DigestList joined = added.build();
        ledger.awaitedDigests().copyTo(live, deleted);
        EpochStatement statement = new EpochStatement(
                ledger.network(),
                ledger.openEpoch(),
                ledger.head().statement(),
                time,
                joined.mark(),
                deleted.mark(),
                live.build().mark());
        return new EpochStep(statement, joined, deleted);
    }
}
