// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeId;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.internal.connect.Backoff;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.peer.PeerWarnings;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams on which peers are asked for chunks: opened to a few of the connected peers while something is fetched, closed
 * when nothing was for a while. Belongs to the node loop.
 */
final class Suppliers {
    /** What is spoken. */
    static final ProtocolId PROTOCOL = new ProtocolId("/peerkit/blob/2.0.0");

    /** After so many ticks without anything to fetch the streams are closed. */
    private static final int IDLE_TICKS = 10;

    /** A peer that refuses the protocol this often is infrastructure, or older; it is not asked again on this connection. */
    private static final int MAX_REFUSALS = 2;

    private static final Duration REFUSED_WAIT = Duration.ofSeconds(5);

    /** The most agents remembered that sent wrong bytes. */
    private static final int MAX_BANNED = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(Suppliers.class);

    /** Is told which peers can be asked. */
    interface Listener {
        void supplierUp(NodeId node);

        void supplierDown(NodeId node);

        /** Peers to give up, since others wait: they have nothing of what is fetched. */
        List<NodeId> useless();
    }

    private static final class Candidate {
        private final Peer peer;
        private Optional<BlobStream> stream = Optional.empty();
        private boolean opening;
        private int failures;
        private int refusals;

        Candidate(Peer peer) {
            this.peer = peer;
        }
    }

    private final BlobParts parts;
    private final BlobStream.Owner owner;
    private final Listener listener;
    private final PeerWarnings warnings = new PeerWarnings(LOG);
    private final Map<NodeId, Candidate> candidates = new LinkedHashMap<>();
    private final Set<AgentId> banned = new LinkedHashSet<>();
    private boolean wanted;
    private int idleTicks;
    private boolean stopped;

    Suppliers(BlobParts parts, BlobStream.Owner owner, Listener listener) {
        this.parts = parts;
        this.owner = owner;
        this.listener = listener;
    }

    void peerUp(Peer peer) {
        candidates.put(peer.node(), new Candidate(peer));
        open();
    }

    void peerDown(Peer peer) {
        Candidate gone = candidates.remove(peer.node());
        if (gone != null && gone.stream.isPresent()) {
            gone.stream.get().reset();
            listener.supplierDown(peer.node());
        }
        open();
    }

    /** Whether something is being fetched. */
    void wanted(boolean now) {
        wanted = now;
        if (now) {
            idleTicks = 0;
            open();
        }
    }

    void tick() {
        if (!wanted && ++idleTicks == IDLE_TICKS) {
            candidates.values().forEach(this::close);
        }
        if (wanted && candidates.values().stream().anyMatch(this::mayOpen)) {
            for (NodeId node : listener.useless()) {
                Candidate candidate = candidates.remove(node);
                if (candidate != null) {
                    close(candidate);
                    candidates.put(node, candidate);
                }
            }
            open();
        }
    }

    private void close(Candidate candidate) {
        if (candidate.stream.isPresent()) {
            candidate.stream.get().finish();
            candidate.stream = Optional.empty();
            listener.supplierDown(candidate.peer.node());
        }
    }

    private boolean mayOpen(Candidate candidate) {
        return !candidate.opening
                && candidate.stream.isEmpty()
                && candidate.refusals < MAX_REFUSALS
                && !banned.contains(candidate.peer.agent());
    }

    private void open() {
        long open = candidates.values().stream()
                .filter(candidate -> candidate.opening || candidate.stream.isPresent())
                .count();
        for (Candidate candidate : new ArrayList<>(candidates.values())) {
            if (stopped || !wanted || open >= FetchMachine.MAX_SUPPLIERS) {
                return;
            }
            if (mayOpen(candidate)) {
                open++;
                open(candidate);
            }
        }
    }

    private void open(Candidate candidate) {
        candidate.opening = true;
        LoopHop.then(
                parts.loop(),
                parts.transport().openStream(candidate.peer.node(), PROTOCOL),
                stream -> opened(candidate, stream),
                reason -> openFailed(candidate, reason));
    }

    private void opened(Candidate candidate, PeerStream opened) {
        candidate.opening = false;
        if (stopped || candidates.get(candidate.peer.node()) != candidate || banned.contains(candidate.peer.agent())) {
            opened.reset();
            return;
        }
        candidate.refusals = 0;
        BlobStream stream = new BlobStream(parts.loop(), opened, owner);
        candidate.stream = Optional.of(stream);
        stream.read();
        listener.supplierUp(candidate.peer.node());
    }

    private void openFailed(Candidate candidate, Throwable reason) {
        if (reason instanceof ProtocolRefusedException) {
            candidate.refusals++;
            after(candidate, REFUSED_WAIT);
        } else {
            LOG.debug("no blob stream to peer {}", candidate.peer.agent(), reason);
            retry(candidate);
        }
    }

    private void retry(Candidate candidate) {
        candidate.failures++;
        after(candidate, Backoff.after(candidate.failures, parts.loop().random()));
    }

    private void after(Candidate candidate, Duration wait) {
        candidate.opening = true; // So that nobody else tries in between.
        parts.loop().schedule(wait, () -> {
            candidate.opening = false;
            if (candidates.get(candidate.peer.node()) == candidate) {
                open();
            }
        });
    }

    /** A stream was lost. */
    void lost(BlobStream stream, Throwable reason) {
        Candidate candidate = candidates.get(stream.peer());
        if (candidate == null || candidate.stream.isEmpty() || candidate.stream.get() != stream) {
            return;
        }
        candidate.stream = Optional.empty();
        listener.supplierDown(stream.peer());
        if (reason instanceof InvalidBytesException) {
            warnings.warn(candidate.peer.agent(), "gave up a blob stream", reason);
        }
        retry(candidate);
        open();
    }

    void ask(NodeId node, List<BlobHash> hashes) {
        Candidate candidate = candidates.get(node);
        if (candidate != null && candidate.stream.isPresent()) {
            candidate.failures = 0;
            candidate.stream.get().ask(hashes);
        }
    }

    /** A peer sent wrong bytes: it is asked for nothing any more. */
    void ban(NodeId node, String why) {
        Candidate candidate = candidates.get(node);
        if (candidate == null) {
            return;
        }
        warnings.warn(candidate.peer.agent(), "asks no more for chunks", why);
        if (banned.size() == MAX_BANNED) {
            banned.remove(banned.iterator().next());
        }
        banned.add(candidate.peer.agent());
        drop(candidate);
        for (Candidate other : candidates.values()) {
            if (other.peer.agent().equals(candidate.peer.agent())) {
                close(other);
            }
        }
        open();
    }

    /** A peer does not answer: its stream is given up, and another opened. */
    void renew(NodeId node) {
        Candidate candidate = candidates.get(node);
        if (candidate != null) {
            LOG.debug("peer {} does not answer questions for chunks", candidate.peer.agent());
            drop(candidate);
            retry(candidate);
            open();
        }
    }

    /** The machine knows already. */
    private static void drop(Candidate candidate) {
        candidate.stream.ifPresent(BlobStream::reset);
        candidate.stream = Optional.empty();
    }

    /** There is room for answers again. */
    void resume() {
        candidates.values().forEach(candidate -> candidate.stream.ifPresent(BlobStream::read));
    }

    void stop() {
        stopped = true;
        candidates.values().forEach(Suppliers::drop);
        candidates.clear();
    }
}
