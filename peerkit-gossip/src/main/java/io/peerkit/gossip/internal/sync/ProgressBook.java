// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.api.SyncProgress;
import io.peerkit.gossip.internal.peer.Peer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * How far sessions are with each connected peer and scope, and who waits until they are through. As bounded as the connected peers.
 * Belongs to the node loop.
 */
public final class ProgressBook {
    private static final class Page {
        private final Peer peer;
        private final Map<String, ScopeProgress> scopes = new LinkedHashMap<>();
        private final List<Wait> waits = new ArrayList<>();
        private boolean refused;

        Page(Peer peer) {
            this.peer = peer;
        }
    }

    /** Somebody who waits; the scopes that were not found in sync since. */
    record Wait(CompletableFuture<Void> future, Set<String> open) {}

    private final Supplier<Instant> clock;
    private final Consumer<NodeId> again;
    private final Map<NodeId, Page> pages = new LinkedHashMap<>();
    private long changes;

    /**
     * @param clock tells the time
     * @param again asks for another session with a peer
     */
    ProgressBook(Supplier<Instant> clock, Consumer<NodeId> again) {
        this.clock = clock;
        this.again = again;
    }

    /** A peer is connected. */
    void peerUp(Peer peer, Set<String> scopes) {
        Page page = new Page(peer);
        scopes.forEach(scope -> page.scopes.put(scope, new ScopeProgress(scope)));
        pages.put(peer.node(), page);
        changes++;
    }

    /** A peer is gone. */
    void peerDown(Peer peer) {
        Page page = pages.remove(peer.node());
        if (page != null) {
            changes++;
            PeerUnreachableException gone = new PeerUnreachableException("peer " + peer.agent() + " is gone");
            page.scopes.values().forEach(scope -> scope.abandon(gone));
            page.waits.forEach(wait -> wait.future().completeExceptionally(gone));
        }
    }

    /** A peer turned out not to speak the protocol, or to speak it after all. */
    void refused(NodeId node, boolean refused) {
        Page page = pages.get(node);
        if (page != null && page.refused != refused) {
            changes++;
            page.refused = refused;
            if (refused) {
                page.waits.forEach(wait -> wait.future().completeExceptionally(refusal(page)));
                page.waits.clear();
            }
        }
    }

    private static ProtocolRefusedException refusal(Page page) {
        return new ProtocolRefusedException("peer " + page.peer.agent() + " keeps no entries");
    }

    /** A session takes its snapshot. */
    void began(SyncSession session) {
        scope(session).ifPresent(scope -> scope.began(session, clock.get()));
    }

    private Optional<ScopeProgress> scope(SyncSession session) {
        Page page = pages.get(session.peer().node());
        return page == null
                ? Optional.empty()
                : Optional.of(page.scopes.computeIfAbsent(session.scope(), ScopeProgress::new));
    }

    /** Nothing more comes of a session. */
    void closed(SyncSession session, boolean whole) {
        Page page = pages.get(session.peer().node());
        if (page == null) {
            return;
        }
        ScopeProgress scope = page.scopes.computeIfAbsent(session.scope(), ScopeProgress::new);
        if (scope.closed(session, whole, clock.get())) {
            changes++;
        }
        page.waits.removeIf(wait -> wait.future().isDone());
        if (scope.isAwaited()) {
            again.accept(page.peer.node());
        }
    }

    /** Something may have been lost on the way to or from a peer. */
    void doubtful(NodeId node) {
        Page page = pages.get(node);
        if (page != null) {
            page.scopes.values().forEach(ScopeProgress::doubtful);
            changes++;
        }
    }

    /**
     * Completes when sessions about all scopes that began after this call found, or brought about, that both sides have the same.
     *
     * @param node of a peer
     */
    CompletableFuture<Void> whenInSync(NodeId node) {
        Page page = pages.get(node);
        if (page == null) {
            return CompletableFuture.failedFuture(new PeerUnreachableException("node " + node + " is not connected"));
        }
        page.waits.removeIf(wait -> wait.future().isDone());
        if (page.refused) {
            return CompletableFuture.failedFuture(refusal(page));
        }
        if (page.waits.size() >= PeerkitNode.MAX_WAITS) {
            return CompletableFuture.failedFuture(new LimitExceededException(page.waits.size() + " calls wait for peer "
                    + page.peer.agent() + ", at most " + PeerkitNode.MAX_WAITS));
        }
        Wait wait = new Wait(new CompletableFuture<>(), new LinkedHashSet<>(page.scopes.keySet()));
        page.waits.add(wait);
        page.scopes.values().forEach(scope -> scope.await(wait));
        return wait.future();
    }

    /** Counts what changed, except in sessions under way. */
    public long changes() {
        return changes;
    }

    /** Whether sessions are under way that bring something. */
    public boolean isBusy() {
        return pages.values().stream()
                .flatMap(page -> page.scopes.values().stream())
                .anyMatch(ScopeProgress::isBusy);
    }

    /**
     * Reads it.
     *
     * @param pushed what push knows of a peer
     */
    public SyncProgress read(Function<NodeId, SyncProgress.Counts> pushed) {
        List<SyncProgress.Peer> peers = new ArrayList<>(pages.size());
        for (Page page : pages.values()) {
            if (!page.refused) {
                peers.add(new SyncProgress.Peer(
                        page.peer.agent(),
                        page.scopes.values().stream().map(ScopeProgress::read).toList(),
                        pushed.apply(page.peer.node())));
            }
        }
        return SyncProgress.of(peers);
    }
}
