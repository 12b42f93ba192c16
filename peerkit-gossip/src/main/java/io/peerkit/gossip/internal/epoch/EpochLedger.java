// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.NetworkId;
import io.peerkit.api.gossip.Authority;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.reconcile.EntrySnapshot;
import io.peerkit.gossip.internal.reconcile.EntryView;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides which entries may be there: knows the last snapshot that this node adopted, what of it is still awaited, what belongs to the
 * open epoch, and what was deleted in it.
 *
 * <p>An entry carries a label: the number of the last snapshot that its author had adopted, plus one. With head k, an entry
 * labelled k or less is in the snapshot or it is not admitted; one labelled k + 1 is admitted unless it is deleted; a greater label
 * means that there is a snapshot to fetch first. A label is no clock: nothing here depends on time.
 *
 * <p>Belongs to the node loop. It does no IO: whoever drives it stores what it decides.
 */
public final class EpochLedger {
    /** What becomes of an entry that is right in itself. */
    public enum Admission {
        /** Take it; it belongs to the open epoch. */
        OPEN,
        /** Take it; the snapshot has it. */
        CLOSED,
        /** It was deleted. */
        DELETED,
        /** Its epoch is closed, and the snapshot does not have it. Its author will issue it anew. */
        NOT_IN_SNAPSHOT,
        /** Its author has adopted a snapshot that this node has not. */
        AHEAD;

        /** Whether to take it. */
        public boolean isIn() {
            return this == OPEN || this == CLOSED;
        }
    }

    /**
     * The last snapshot that was adopted.
     *
     * @param epoch its number, 0 when there is none
     * @param statement the hash of its statement, {@link EpochStatement#NO_STATEMENT} when there is none
     */
    public record Head(long epoch, BlobHash statement) {
        /** No snapshot. */
        public static final Head NONE = new Head(0, EpochStatement.NO_STATEMENT);
    }

    private final AgentId self;
    private final NetworkId network;
    private final Optional<Authority> authority;
    private final EntryDigests digests;
    private EntrySet open = new EntrySet();
    private final Tombstones tombstones = new Tombstones();
    private Head head = Head.NONE;
    private AwaitedDigests awaited = new AwaitedDigests(DigestList.EMPTY);

    /**
     * @param self the local agent
     * @param network whose entries
     * @param authority who closes epochs, if anybody does
     */
    public EpochLedger(AgentId self, NetworkId network, Optional<Authority> authority) {
        this.self = self;
        this.network = network;
        this.authority = authority;
        this.digests = new EntryDigests(network);
    }

    /** Goes on from what was stored. */
    public void restore(Head stored, DigestList stillAwaited) {
        head = stored;
        awaited = new AwaitedDigests(stillAwaited);
    }

    /** An entry of the open epoch was stored. */
    void restoreOpen(EntryKey key) {
        open.add(key.time(), key.id().toBytes(), 0);
    }

    /** An entry of the open epoch is not here any more. */
    void forgetOpen(EntryKey key) {
        open.remove(key.time(), key.id().toBytes(), 0);
    }

    /** A delete was stored. */
    void restoreClaim(EntryId delete, AgentId claimant, EntryId target) {
        tombstones.claim(delete, claimant, target);
    }

    /** An entry was removed because of a delete. */
    void restoreConfirmed(EntryId target, boolean closed) {
        tombstones.confirm(target, closed);
        if (closed) {
            awaited.take(digests.of(target));
        }
    }

    /** The last adopted snapshot. */
    public Head head() {
        return head;
    }

    /** The label of what the local agent writes now. */
    public long openEpoch() {
        return head.epoch() + 1;
    }

    /** How many entries of the snapshot have not come. */
    public int awaited() {
        return awaited.size();
    }

    /** The entries of the open epoch, deletes among them. */
    public EntryView open() {
        return open;
    }

    /** Whether an agent may delete what an author wrote. */
    public boolean mayDelete(AgentId agent, AgentId author) {
        return agent.equals(author) || isAuthority(agent);
    }

    private boolean isAuthority(AgentId agent) {
        return authority.filter(them -> them.includes(agent)).isPresent();
    }

    /** Whether somebody closes epochs, so that it matters which entries are open. */
    boolean tracksOpen() {
        return authority.isPresent();
    }

    /**
     * Judges an entry whose signature is right. A delete of an entry does not count for the one that issues it anew: whether it came
     * before or after that one must not matter.
     *
     * @param id the entry
     * @param author who signed it
     * @param label its epoch
     * @param isDelete whether it is a delete, which only counts in its own epoch
     */
    public Admission admit(EntryId id, AgentId author, long label, boolean isDelete) {
        if (label > openEpoch()) {
            return Admission.AHEAD;
        }
        if (isDeleted(id, author)) {
            boolean closed = label <= head.epoch() && awaited.take(digests.of(id));
            tombstones.confirm(id, closed);
            return Admission.DELETED;
        }
        if (label == openEpoch()) {
            return Admission.OPEN;
        }
        return !isDelete && awaited.contains(digests.of(id)) ? Admission.CLOSED : Admission.NOT_IN_SNAPSHOT;
    }

    /** Whether an entry is named by a delete of somebody who may. */
    public boolean isDeleted(EntryId id, AgentId author) {
        return tombstones
                .of(id)
                .filter(stone -> stone.claimants().stream().anyMatch(claimant -> mayDelete(claimant, author)))
                .isPresent();
    }

    /** An admitted entry is stored. */
    public void added(EntryKey key, Admission as) {
        if (as == Admission.OPEN && tracksOpen()) {
            open.add(key.time(), key.id().toBytes(), 0);
        } else if (as == Admission.CLOSED) {
            awaited.take(digests.of(key.id()));
        }
    }

    /**
     * An admitted delete is stored. The entries it names, where they are here and {@link #mayDelete} says so, have to be removed
     * with it.
     */
    public void claimed(EntryId delete, AgentId claimant, List<EntryId> targets) {
        for (EntryId target : targets) {
            tombstones.claim(delete, claimant, target);
            if (isAuthority(claimant)) {
                confirmUnseen(target);
            }
        }
    }

    /** What the authority deletes counts whether the entry is known or not. */
    private void confirmUnseen(EntryId target) {
        tombstones.confirm(target, awaited.take(digests.of(target)));
    }

    /** An entry was removed because of a delete. */
    public void removed(EntryKey target) {
        boolean closed = isClosed(target);
        open.remove(target.time(), target.id().toBytes(), 0);
        tombstones.confirm(target.id(), closed);
    }

    /** An entry has gone from here, though it is not deleted: it may come again. */
    void dropped(EntryKey key) {
        if (isOpen(key)) {
            forgetOpen(key);
        } else if (head.epoch() > 0) {
            awaited.expect(digests.of(key.id()));
        }
    }

    /** Entries that deletes name and that have not been seen to go. */
    List<EntryId> unconfirmed() {
        return tombstones.all().entrySet().stream()
                .filter(stone -> !stone.getValue().isEffective())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Everything was restored. */
    void restored() {
        tombstones.all().forEach((target, stone) -> {
            if (stone.claimants().stream().anyMatch(this::isAuthority)) {
                confirmUnseen(target);
            }
        });
    }

    /** Whether an entry that is here belongs to the last snapshot. */
    boolean isClosed(EntryKey key) {
        return head.epoch() > 0 && !isOpen(key);
    }

    /** Where an entry that is here belongs. */
    public Admission admissionOf(EntryKey key) {
        return isClosed(key) ? Admission.CLOSED : Admission.OPEN;
    }

    /** Whether an entry of the open epoch is a delete. */
    public boolean isDelete(EntryId entry) {
        return tombstones.isDelete(entry);
    }

    /** Whether an entry belongs to the open epoch. */
    public boolean isOpen(EntryKey key) {
        return isOpen(key.time(), key.id().toBytes());
    }

    /** Whether an entry belongs to the open epoch. */
    boolean isOpen(long time, byte[] id) {
        return open.contains(time, id, 0);
    }

    /** The entries of the open epoch as they are now. */
    EntrySnapshot openSnapshot() {
        return open.snapshot();
    }

    AgentId self() {
        return self;
    }

    NetworkId network() {
        return network;
    }

    EntryDigests digests() {
        return digests;
    }

    Tombstones tombstones() {
        return tombstones;
    }

    AwaitedDigests awaitedDigests() {
        return awaited;
    }

    /** The snapshot of an adoption becomes the head; nothing is open and nothing deleted any more. */
    void move(Head next, AwaitedDigests stillAwaited) {
        head = next;
        awaited = stillAwaited;
        tombstones.clear();
        open = new EntrySet();
    }
}
