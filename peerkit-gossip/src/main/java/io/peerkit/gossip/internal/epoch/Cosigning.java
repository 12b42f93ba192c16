// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import java.util.Optional;

/**
 * Decides whether an agent of the authority may sign what another proposes: the epoch is the open one, each entry that is to stay is here and
 * open, each that is to be deleted is deleted here, and the live ones are what follows. It need not be all that is here: what is
 * left out is issued anew by its authors. So a proposal stays right while more comes.
 *
 * @param open digests of the open entries, without deletes
 * @param deleted digests of what was deleted rightly in the open epoch
 * @param live digests of what was live when the last epoch was closed
 */
record Cosigning(EpochLedger ledger, DigestList open, DigestList deleted, DigestList live) {
    static final String OTHER_EPOCH = "other-epoch";
    static final String UNKNOWN_ENTRIES = "unknown-entries";
    static final String UNKNOWN_DELETES = "unknown-deletes";
    static final String WRONG_LIVE = "wrong-live";

    /** What a statement alone shows, before any list is taken from a peer. */
    static Optional<String> objection(EpochLedger ledger, EpochStatement statement) {
        boolean follows = statement.network().equals(ledger.network())
                && statement.number() == ledger.openEpoch()
                && statement.previous().equals(ledger.head().statement());
        if (!follows) {
            return Optional.of(OTHER_EPOCH);
        }
        if (statement.added().count() > ledger.open().size()) {
            return Optional.of(UNKNOWN_ENTRIES);
        }
        return statement.deleted().count() > ledger.tombstones().all().size()
                ? Optional.of(UNKNOWN_DELETES)
                : Optional.empty();
    }

    /** Why not, if not. */
    Optional<String> objection(EpochStep step) {
        Optional<String> early = objection(ledger, step.statement());
        if (early.isPresent()) {
            return early;
        }
        if (!isAllOf(step.added(), open)) {
            return Optional.of(UNKNOWN_ENTRIES);
        }
        if (!isAllOf(step.deleted(), deleted)) {
            return Optional.of(UNKNOWN_DELETES);
        }
        DigestList.Builder after = new DigestList.Builder();
        addWithout(live, step.deleted(), after);
        addWithout(step.added(), step.deleted(), after);
        return after.build().mark().equals(step.statement().live()) ? Optional.empty() : Optional.of(WRONG_LIVE);
    }

    private static boolean isAllOf(DigestList some, DigestList all) {
        for (int i = 0; i < some.size(); i++) {
            if (!all.containsAt(some, i)) {
                return false;
            }
        }
        return true;
    }

    private static void addWithout(DigestList list, DigestList without, DigestList.Builder target) {
        for (int i = 0; i < list.size(); i++) {
            if (!without.containsAt(list, i)) {
                list.copyTo(i, target);
            }
        }
    }
}
