// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The way from one snapshot to a later one. Every entry of the node is asked about, then {@link #finish} moves the ledger:
 *
 * <ul>
 *   <li>an entry of a closed epoch stays when the new snapshot still has it ({@link #keeps});
 *   <li>one of the epoch that was open has one of several {@linkplain Fate fates};
 *   <li>deletes go, but for those of the local agent that the snapshot does not know of ({@link #deletesToReissue}).
 * </ul>
 *
 * <p>Asking twice about the same entry gives the same answer, so that an adoption which was cut off begins anew.
 */
public final class Adoption {
    /** What becomes of an entry of the epoch that was open. */
    public enum Fate {
        /** The snapshot has it. */
        STAYS,
        /** It is deleted, or it is a delete and has done its work. */
        GONE,
        /** The local agent wrote it, no snapshot had it, nobody deleted it: it is issued anew in the open epoch. */
        REISSUE,
        /** Another agent wrote it, and the snapshot does not have it: it goes, and its author issues it anew. */
        MISSED,
        /**
         * The local agent wrote it and may have handed it out, but peers do not keep the lists any more that would tell whether it was
         * deleted: the application decides.
         */
        UNRESOLVED
    }

    private final EpochLedger ledger;
    private final EpochStatement target;
    private final boolean leap;
    private final DigestList members;
    private final DigestList deleted;
    private final AwaitedDigests awaited;
    private final boolean needsScan;

    /**
     * Goes from one snapshot to the next, and on.
     *
     * @param ledger whose
     * @param steps the closings behind the ledger's head, at least one, without a gap
     */
    public Adoption(EpochLedger ledger, List<EpochStep> steps) {
        long next = ledger.openEpoch();
        DigestList.Builder added = new DigestList.Builder();
        DigestList.Builder gone = new DigestList.Builder();
        for (EpochStep step : steps) {
            if (step.statement().number() != next++) {
                throw new InvalidBytesException(
                        "epoch " + step.statement().number() + " in place of epoch " + (next - 1));
            }
            added.addAll(step.added());
            gone.addAll(step.deleted());
        }
        this.ledger = ledger;
        this.target = steps.get(steps.size() - 1).statement();
        this.leap = false;
        this.members = added.build();
        this.deleted = gone.build();
        this.needsScan = hasUnknownDeletes();
        DigestList.Builder still = new DigestList.Builder();
        ledger.awaitedDigests().copyTo(still, deleted);
        for (int i = 0; i < members.size(); i++) {
            if (!deleted.containsAt(members, i)) {
                members.copyTo(i, still);
            }
        }
        // What a delete removed here that did not reach the authority is live after all, and comes back.
        ledger.tombstones().all().forEach((entry, stone) -> {
            byte[] digest = ledger.digests().of(entry);
            if (stone.isEffective() && stone.isClosed() && !deleted.contains(digest)) {
                still.add(digest);
            }
        });
        this.awaited = new AwaitedDigests(still.build());
    }

    /**
     * Goes to a snapshot that lies further ahead than the lists of single epochs reach.
     *
     * @param ledger whose
     * @param leap the state there
     */
    public Adoption(EpochLedger ledger, EpochLeap leap) {
        if (leap.statement().number() <= ledger.head().epoch()) {
            throw new InvalidBytesException("epoch " + leap.statement().number() + " is not behind epoch "
                    + ledger.head().epoch());
        }
        DigestList.Builder gone = new DigestList.Builder();
        leap.recent().forEach(step -> gone.addAll(step.deleted()));
        this.ledger = ledger;
        this.target = leap.statement();
        this.leap = true;
        this.members = leap.live();
        this.deleted = gone.build();
        this.needsScan = true;
        this.awaited = new AwaitedDigests(leap.live());
    }

    /** A delete that did not reach this node while its epoch was open names entries by digests alone. */
    private boolean hasUnknownDeletes() {
        int known = 0;
        for (Map.Entry<EntryId, Tombstones.Tombstone> stone :
                ledger.tombstones().all().entrySet()) {
            if (stone.getValue().isEffective()
                    && deleted.contains(ledger.digests().of(stone.getKey()))) {
                known++;
            }
        }
        return known < deleted.size();
    }

    /** The snapshot that is adopted. */
    public EpochStatement target() {
        return target;
    }

    /** Whether {@link #keeps} has to be asked about the entries of closed epochs. When not, they all stay. */
    public boolean needsScan() {
        return needsScan;
    }

    /**
     * Whether an entry of a closed epoch stays.
     *
     * @param id holds the identifier
     * @param offset where its 32 bytes start
     */
    public boolean keeps(byte[] id, int offset) {
        byte[] digest = ledger.digests().of(id, offset);
        if (leap) {
            awaited.take(digest);
            return members.contains(digest);
        }
        return !deleted.contains(digest);
    }

    /**
     * What becomes of an entry of the epoch that was open.
     *
     * @param id the entry
     * @param own whether the local agent wrote it
     * @param handedOut whether a peer may have got it from this node
     */
    public Fate fate(EntryId id, boolean own, boolean handedOut) {
        if (ledger.isDelete(id)) {
            return Fate.GONE;
        }
        byte[] digest = ledger.digests().of(id);
        if (deleted.contains(digest)) {
            return Fate.GONE;
        }
        if (members.contains(digest)) {
            awaited.take(digest);
            return Fate.STAYS;
        }
        if (!own) {
            return Fate.MISSED;
        }
        return leap && handedOut ? Fate.UNRESOLVED : Fate.REISSUE;
    }

    /** The entries for which the local agent has to issue its delete anew, because they are in the snapshot. */
    public List<EntryId> deletesToReissue() {
        List<EntryId> targets = new ArrayList<>();
        ledger.tombstones().all().forEach((entry, stone) -> {
            byte[] digest = ledger.digests().of(entry);
            boolean live = members.contains(digest) || (!leap && (stone.isClosed() || awaited.contains(digest)));
            if (stone.claimants().contains(ledger.self()) && live && !deleted.contains(digest)) {
                targets.add(entry);
            }
        });
        return targets;
    }

    /** What the node has to wait for afterwards, when all entries were asked about. */
    public DigestList awaited() {
        DigestList.Builder left = new DigestList.Builder();
        awaited.copyTo(left, DigestList.EMPTY);
        return left.build();
    }

    /** Moves the ledger; what is issued anew is added to it afterwards. */
    public void finish() {
        ledger.move(new EpochLedger.Head(target.number(), target.hash()), awaited);
    }
}
