// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.internal.chunk.BlobRecords;
import io.peerkit.gossip.internal.entry.EntryCodec;
import io.peerkit.gossip.internal.peer.Allowance;
import io.peerkit.gossip.internal.peer.FaultBudget;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.peer.PeerWarnings;
import io.peerkit.gossip.internal.peer.SteadyClock;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.LoggerFactory;

/**
 * Answers what peers look for. What a peer can make this node read and send is bounded by how often it may ask, and what all of them
 * together hold in memory by how many answers are under way. Belongs to the node loop.
 */
final class LocateServer {
    /** The most streams of a peer, one for each of its searches; it asks one question on each. */
    static final int MAX_PEER_STREAMS = Locator.MAX_SEARCHES;

    /** The most streams of all peers; a megabyte may wait to leave on each. */
    static final int MAX_STREAMS = 32;

    /** How many questions a peer may ask at once, and a second for long: 16 MiB of blobs a second at most. */
    static final int BURST = 64;

    static final int PER_SECOND = 16;

    /** The most peers whose questions are counted. */
    private static final int MAX_COUNTED = 1_024;

    private final LocateParts parts;
    private final SteadyClock clock;
    private final PeerWarnings warnings = new PeerWarnings(LoggerFactory.getLogger(LocateServer.class));
    private final Map<AgentId, Allowance> allowances = new LinkedHashMap<>();
    private final Set<ServedQuestion> streams = new LinkedHashSet<>();
    private int readings;

    LocateServer(LocateParts parts) {
        this.parts = parts;
        this.clock = new SteadyClock(parts.loop());
    }

    /** A granted peer opened a stream. */
    void accept(Peer peer, PeerStream stream) {
        long own = streams.stream()
                .filter(each -> each.peer().agent().equals(peer.agent()))
                .count();
        if (own >= MAX_PEER_STREAMS || streams.size() >= MAX_STREAMS) {
            stream.reset();
            return;
        }
        ServedQuestion served = new ServedQuestion(this, parts.loop(), peer, stream);
        streams.add(served);
        served.read();
    }

    void closed(ServedQuestion stream, Optional<Throwable> reason) {
        streams.remove(stream);
        if (reason.filter(InvalidBytesException.class::isInstance).isPresent()) {
            warnings.warn(stream.peer().agent(), "gave up a locate stream", reason.get());
            parts.membership().misbehaved(stream.peer().agent(), FaultBudget.STREAM_FAULTS);
        }
    }

    void peerDown(Peer peer) {
        for (ServedQuestion stream : List.copyOf(streams)) {
            if (stream.peer().node().equals(peer.node())) {
                stream.close();
            }
        }
    }

    void stop() {
        List.copyOf(streams).forEach(ServedQuestion::close);
    }

    /** Looks for what a peer wants; completes on the loop. */
    CompletableFuture<LocateFrame> answer(Peer peer, Wanted wanted) {
        // Streams that were given up leave their readings behind, so these are bounded by themselves.
        if (readings >= MAX_STREAMS || !allowance(peer.agent()).take(clock.millis())) {
            return CompletableFuture.completedFuture(new LocateFrame.Busy());
        }
        readings++;
        CompletableFuture<LocateFrame> answer = new CompletableFuture<>();
        CompletableFuture<LocateFrame> read = answer.whenComplete((frame, failure) -> readings--);
        if (wanted instanceof Wanted.Entry entry) {
            entry(entry, answer);
        } else if (wanted instanceof Wanted.Blob blob) {
            blob(blob.hash(), answer);
        }
        return read;
    }

    /** Counted by agent over connections, so that connecting again gains nothing. */
    private Allowance allowance(AgentId agent) {
        Allowance known = allowances.remove(agent);
        Allowance allowance = known == null ? new Allowance(BURST, PER_SECOND) : known;
        allowances.put(agent, allowance);
        if (allowances.size() > MAX_COUNTED) {
            allowances.remove(allowances.keySet().iterator().next());
        }
        return allowance;
    }

    private void entry(Wanted.Entry wanted, CompletableFuture<LocateFrame> answer) {
        LoopHop.then(
                parts.loop(),
                parts.storage().entries(List.of(wanted.id()), 1),
                found -> answer.complete(
                        found.stream().findFirst().flatMap(LocateServer::found).orElseGet(LocateFrame.Absent::new)),
                answer::completeExceptionally);
    }

    private static Optional<LocateFrame> found(StoredEntry entry) {
        return entry.blob().map(blob -> new LocateFrame.Found(Optional.of(entry.envelope()), blob));
    }

    private void blob(BlobHash hash, CompletableFuture<LocateFrame> answer) {
        LoopHop.then(
                parts.loop(),
                parts.storage().record(BlobRecords.contentKey(hash)),
                manifest -> {
                    if (manifest.isPresent()) {
                        ofBlob(BlobRecords.readHash(manifest.get()), true, answer);
                    } else {
                        ofBlob(hash, false, answer);
                    }
                },
                answer::completeExceptionally);
    }

    private void ofBlob(BlobHash hash, boolean manifest, CompletableFuture<LocateFrame> answer) {
        LoopHop.then(
                parts.loop(),
                parts.storage().entryOfBlob(hash),
                entry -> {
                    Optional<LocateFrame> found =
                            entry.filter(each -> isManifest(each) == manifest).flatMap(LocateServer::found);
                    if (found.isEmpty() && !manifest && parts.kept().isPresent()) {
                        ofApplication(hash, answer);
                    } else {
                        answer.complete(found.orElseGet(LocateFrame.Absent::new));
                    }
                },
                answer::completeExceptionally);
    }

    private static boolean isManifest(StoredEntry entry) {
        return EntryCodec.headerOf(entry.envelope()).kind() == EntryHeader.KIND_LARGE_BLOB;
    }

    private void ofApplication(BlobHash hash, CompletableFuture<LocateFrame> answer) {
        LoopHop.then(
                parts.loop(),
                parts.kept().orElseThrow().read(hash),
                blob -> answer.complete(blob.filter(bytes -> bytes.length <= StoredEntry.MAX_BLOB_BYTES)
                        .<LocateFrame>map(bytes -> new LocateFrame.Found(Optional.empty(), bytes))
                        .orElseGet(LocateFrame.Absent::new)),
                answer::completeExceptionally);
    }
}
