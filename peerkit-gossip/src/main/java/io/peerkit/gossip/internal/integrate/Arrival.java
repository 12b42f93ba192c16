// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.NodeId;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.internal.entry.SealedEntry;
import io.peerkit.gossip.internal.entry.WireEntry;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** A proven entry on its way from a peer into the store. Belongs to the node loop. */
public final class Arrival {
    /** The most peers remembered that have the entry too; the others get an announcement too many. */
    private static final int MAX_KNOWERS = 16;

    private final SealedEntry entry;
    private final WireEntry wire;
    private final EntrySource source;
    private final Set<NodeId> knowers = new LinkedHashSet<>(2);
    private IntegrationVerdict verdict = IntegrationVerdict.ACCEPTED;

    Arrival(SealedEntry entry, WireEntry wire, EntrySource source) {
        this.entry = entry;
        this.wire = wire;
        this.source = source;
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

    EntrySource source() {
        return source;
    }

    int bytes() {
        return wire.bytes();
    }

    Incoming incoming() {
        return new Incoming(entry.stored().id(), entry.header(), wire.blob(), Optional.of(source.agent()));
    }

    /** Takes the application's word; but a manifest that is kept is kept by the store, as its chunks are. */
    void judge(IntegrationVerdict given) {
        boolean manifest = entry.header().kind() == EntryHeader.KIND_LARGE_BLOB;
        verdict = manifest && given == IntegrationVerdict.KEPT ? IntegrationVerdict.ACCEPTED : given;
    }

    boolean isRejected() {
        return verdict == IntegrationVerdict.REJECTED;
    }

    StoredEntry toStore() {
        return verdict == IntegrationVerdict.ACCEPTED ? entry.stored() : headerOnly(entry.stored());
    }

    /** An entry without its blob. */
    static StoredEntry headerOnly(StoredEntry entry) {
        return new StoredEntry(entry.id(), entry.time(), entry.blobHash(), entry.envelope(), Optional.empty());
    }
}
