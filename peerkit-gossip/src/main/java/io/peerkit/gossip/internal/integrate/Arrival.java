// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.AgentId;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.NodeId;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.internal.chunk.BlobRecords;
import io.peerkit.gossip.internal.entry.SealedEntry;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.epoch.Admitted;
import io.peerkit.gossip.internal.epoch.EpochLedger;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A proven entry on its way from a peer into the store. Belongs to the node loop. */
public final class Arrival {
    /** The most peers remembered that have the entry too; the others get an announcement too many. */
    private static final int MAX_KNOWERS = 16;

    /** Which way it goes. */
    enum Way {
        /** By the application's hook, if there is one, into the store. */
        ORDINARY,
        /** Whole into the store and to peers; this version does not know what it means. */
        OPAQUE,
        /** Its header into the store; its author is blocked. */
        BLOCKED,
        /** Into the store, and what it names goes. */
        DELETE,
        /** By the hook; the store has it, as an earlier version did not know what it means. */
        REPROCESSED,
        /** A delete that the store has, as an earlier version did not know what it means. */
        REPROCESSED_DELETE
    }

    private final SealedEntry entry;
    private final WireEntry wire;
    private final EntrySource source;
    private final Optional<AgentId> from;
    private Way way;
    private EpochLedger.Admission admission;
    private final Set<NodeId> knowers = new LinkedHashSet<>(2);
    private IntegrationVerdict verdict = IntegrationVerdict.ACCEPTED;

    Arrival(SealedEntry entry, WireEntry wire, EntrySource source, Way way, EpochLedger.Admission admission) {
        this.entry = entry;
        this.wire = wire;
        this.source = source;
        this.way = way;
        this.from = isNews() ? Optional.of(source.agent()) : Optional.empty();
        this.admission = admission;
        knowers.add(source.node());
    }

    void knownBy(NodeId node) {
        if (knowers.size() < MAX_KNOWERS) {
            knowers.add(node);
        }
    }

    /** The entry. */
    public SealedEntry entry() {
        return entry;
    }

    /** The peers that need not be told. */
    public Set<NodeId> knowers() {
        return knowers;
    }

    /** Whether peers should hear of it: it is new here. */
    public boolean isNews() {
        return way != Way.REPROCESSED && way != Way.REPROCESSED_DELETE;
    }

    /** Whether this version knows what it means. */
    public boolean isUnderstood() {
        return way != Way.OPAQUE;
    }

    /** Whether the application hears of it. */
    boolean isTold() {
        return isUnderstood() && !isRejected() && way != Way.DELETE && way != Way.REPROCESSED_DELETE;
    }

    /** Whether the application is asked. */
    boolean isAsked() {
        return way == Way.ORDINARY || way == Way.REPROCESSED;
    }

    /** Its author is blocked. */
    void turnAway() {
        way = Way.BLOCKED;
        verdict = IntegrationVerdict.REJECTED;
    }

    /** Takes another look at where it belongs. */
    void admit(EpochLedger.Admission now) {
        admission = now;
    }

    /** Whether it may be taken. */
    boolean isAdmitted() {
        return admission.isIn();
    }

    /** Where it belongs, and whether it counts for more than itself. */
    Admitted admitted() {
        return new Admitted(entry, admission, isUnderstood() && way != Way.BLOCKED);
    }

    /** The records that are written with it. */
    int records() {
        return 1 + admitted().records();
    }

    EntrySource source() {
        return source;
    }

    int bytes() {
        return wire.bytes();
    }

    Incoming incoming() {
        return new Incoming(entry.stored().id(), entry.header(), wire.blob(), from);
    }

    /** Takes the application's word; but a manifest that is kept is kept by the store, as its chunks are. */
    void judge(IntegrationVerdict given) {
        boolean manifest = entry.header().kind() == EntryHeader.KIND_LARGE_BLOB;
        verdict = manifest && given == IntegrationVerdict.KEPT ? IntegrationVerdict.ACCEPTED : given;
    }

    boolean isRejected() {
        return verdict == IntegrationVerdict.REJECTED;
    }

    private StoredEntry toStore() {
        return verdict == IntegrationVerdict.ACCEPTED ? entry.stored() : headerOnly(entry.stored());
    }

    /** Adds what is to be written. */
    void writeTo(WriteBatch.Builder batch) {
        StoredEntry stored = entry.stored();
        if (way == Way.OPAQUE) {
            batch.records(List.of(SideRecords.opaque(stored.key())));
        } else if (way == Way.BLOCKED) {
            batch.records(List.of(SideRecords.blocked(entry.header().author(), stored.key())));
        } else if (entry.header().kind() == EntryHeader.KIND_LARGE_BLOB && !isRejected()) {
            // With the entry, so that a crash does not come between it and the wish for what it stands for.
            batch.records(List.of(BlobRecords.todo(stored.id(), entry.header().blobHash())));
        }
        if (!isNews()) {
            batch.removeRecords(List.of(SideRecords.opaqueKey(stored.key())));
            if (verdict == IntegrationVerdict.ACCEPTED) {
                return;
            }
            batch.removeEntries(List.of(stored.id()));
        }
        batch.entries(List.of(toStore()));
    }

    /** An entry without its blob. */
    static StoredEntry headerOnly(StoredEntry entry) {
        return new StoredEntry(entry.id(), entry.time(), entry.blobHash(), entry.envelope(), Optional.empty());
    }
}
