// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.internal.entry.EntryCodec;
import io.peerkit.gossip.internal.peer.FaultBudget;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops what this node is not to store when enough others confirmed that they hold it; answers the same question of others. It goes through
 * the store page by page, one round of questions at a time, and rests when it has come to the end.
 *
 * <p>Off where it has nothing to do or cannot be right: with full replication, on a store that others share, and where epochs are closed, since
 * what left a closed epoch is not admitted again. Deletes are never dropped. Belongs to the node loop.
 */
public final class Collector {
    /** What is spoken. */
    public static final ProtocolId PROTOCOL = new ProtocolId("/peerkit/holders/2.0.0");

    /** How many entries are looked at each second, as far as they fit into {@link #PAGE_BYTES}. */
    private static final int PAGE = 256;

    private static final int PAGE_BYTES = 1_048_576;

    /** How long to rest at the end of the store, in ticks of a second. */
    private static final int REST_TICKS = 60;

    /** The most agents that are dialed in a round. */
    private static final int MAX_DIALS = 4;

    /** How often and how long a dialed agent is looked for among the connected ones. */
    private static final Duration DIAL_LOOK = Duration.ofMillis(250);

    private static final int DIAL_LOOKS = 20;

    /** The most agents that are looked at for one entry. */
    private static final int MAX_AGENTS = 256;

    private static final Logger LOG = LoggerFactory.getLogger(Collector.class);

    private final HolderParts parts;
    private final Promises promises = new Promises();
    private final HolderServer server;
    private final EntryDropper dropper;
    private final Map<NodeId, Peer> peers = new LinkedHashMap<>();
    private final Map<EntryId, StoredEntry> page = new LinkedHashMap<>();
    private Optional<HolderRound> round = Optional.empty();
    private Optional<EntryKey> after = Optional.empty();
    private boolean scanning;
    private boolean stopped;
    private int rest;
    private int dials;

    /**
     * @param parts what it works with
     */
    public Collector(HolderParts parts) {
        this.parts = parts;
        this.server = new HolderServer(parts, promises);
        this.dropper = new EntryDropper(parts, promises);
    }

    /** Goes on with what an earlier run left. */
    public void start() {
        dropper.start();
    }

    /** A peer is connected. */
    public void peerUp(Peer peer) {
        peers.put(peer.node(), peer);
    }

    /** A peer is gone. */
    public void peerDown(Peer peer) {
        peers.remove(peer.node());
        server.peerDown(peer);
    }

    /** A peer opened a stream. */
    public void accept(PeerStream stream) {
        Peer peer = peers.get(stream.node());
        if (peer == null) {
            stream.reset();
        } else {
            server.accept(peer, stream);
        }
    }

    /** Time passes; called every second or so. */
    public void tick() {
        promises.tick();
        if (round.filter(each -> each.isOver(now())).isPresent()) {
            round = Optional.empty();
            page.clear();
        }
        if (isOff() || promises.isBoundToStay() || round.isPresent() || scanning) {
            return;
        }
        if (rest > 0) {
            rest--;
            return;
        }
        scanning = true;
        LoopHop.then(parts.loop(), parts.storage().scan(after, PAGE, PAGE_BYTES), this::scanned, reason -> {
            LOG.debug("the store could not be read for entries to drop", reason);
            scanning = false;
            rest = REST_TICKS;
        });
    }

    private boolean isOff() {
        return stopped
                || parts.closesEpochs()
                || parts.storage().isShared()
                || parts.distribution().get() == DistributionStrategy.fullReplication();
    }

    private HolderRound.Moment now() {
        return new HolderRound.Moment(parts.loop().now().toEpochMilli(), promises.ticks());
    }

    private void scanned(List<StoredEntry> found) {
        scanning = false;
        if (found.isEmpty()) {
            after = Optional.empty();
            rest = REST_TICKS;
            return;
        }
        List<HolderRound.Candidate> candidates = new ArrayList<>();
        Set<AgentId> known = parts.contacts().known();
        known.remove(parts.self());
        for (StoredEntry entry : found) {
            after = Optional.of(entry.key());
            StoredHeader.of(entry).filter(header -> mayGo(entry, header)).ifPresent(header -> {
                page.put(entry.id(), entry);
                candidates.add(candidate(entry, header, known));
            });
            if (candidates.size() == HolderRound.MAX_ENTRIES) {
                break; // Goes on behind this one with the next round.
            }
        }
        if (!candidates.isEmpty() && !stopped) {
            begin(candidates);
        }
    }

    private boolean mayGo(StoredEntry entry, EntryHeader header) {
        return header.kind() != EntryHeader.KIND_DELETE
                && !parts.distribution().get().willStore(parts.self(), header)
                && !parts.pins().covers(entry.id(), header, entry.blob())
                && !parts.membership().isBlocked(header.author())
                && parts.set().contains(entry.time(), entry.id().toBytes(), 0);
    }

    private HolderRound.Candidate candidate(StoredEntry entry, EntryHeader header, Set<AgentId> known) {
        DistributionStrategy strategy = parts.distribution().get();
        int needed = Math.max(1, strategy.replicas(header));
        List<AgentId> near = new ArrayList<>();
        List<AgentId> far = new ArrayList<>();
        // The strategy may not be able to tell by the hash alone; then everybody is looked at.
        List<AgentId> likely = strategy.locate(header.blobHash(), known);
        for (AgentId agent : likely.isEmpty()
                ? List.copyOf(known)
                : likely.stream().limit(MAX_AGENTS).toList()) {
            if (known.contains(agent) && strategy.willStore(agent, header)) {
                (parts.contacts().isConnected(agent) ? near : far).add(agent);
            }
        }
        near.addAll(far);
        return new HolderRound.Candidate(entry.key(), needed, near);
    }

    private void begin(List<HolderRound.Candidate> candidates) {
        HolderRound begun = new HolderRound(candidates, now());
        round = Optional.of(begun);
        dials = 0;
        for (HolderRound.Ask ask : begun.start()) {
            connected(begun, ask);
        }
    }

    private void connected(HolderRound asking, HolderRound.Ask ask) {
        if (parts.contacts().isConnected(ask.agent())) {
            ask(asking, ask);
        } else if (dials++ < MAX_DIALS) {
            LoopHop.then(
                    parts.loop(),
                    parts.contacts().reach(ask.agent()),
                    node -> look(asking, ask, DIAL_LOOKS),
                    reason -> asking.failed(ask.agent()));
        } else {
            asking.failed(ask.agent());
        }
    }

    /** The connection is there; who is behind it, the access handshake tells a little later. */
    private void look(HolderRound asking, HolderRound.Ask ask, int looks) {
        if (parts.contacts().isConnected(ask.agent())) {
            ask(asking, ask);
        } else if (looks == 0 || stopped) {
            asking.failed(ask.agent());
        } else {
            parts.loop().schedule(DIAL_LOOK, () -> look(asking, ask, looks - 1));
        }
    }

    private void ask(HolderRound asking, HolderRound.Ask ask) {
        NodeId node = parts.contacts().nodesOf(ask.agent()).get(0);
        CompletableFuture<HoldersFrame> answer = new CompletableFuture<>();
        LoopHop.then(
                parts.loop(),
                parts.transport().openStream(node, PROTOCOL),
                stream -> LoopHop.then(
                        parts.loop(),
                        new HoldersStream(parts.loop(), stream).ask(new HoldersFrame.Ask(ask.entries())),
                        answer::complete,
                        answer::completeExceptionally),
                answer::completeExceptionally);
        LoopHop.then(parts.loop(), answer, frame -> answered(asking, ask, frame), reason -> {
            if (reason instanceof InvalidBytesException) {
                parts.membership().misbehaved(ask.agent(), FaultBudget.STREAM_FAULTS);
            } else if (!(reason instanceof PeerUnreachableException)) {
                LOG.debug("agent {} could not be asked what it holds", ask.agent(), reason);
            }
            asking.failed(ask.agent());
        });
    }

    private void answered(HolderRound asking, HolderRound.Ask ask, HoldersFrame frame) {
        if (stopped || round.filter(asking::equals).isEmpty() || !(frame instanceof HoldersFrame.Held held)) {
            asking.failed(ask.agent());
            return;
        }
        Set<EntryId> ids = new HashSet<>();
        for (int i = 0; i < ask.entries().size(); i++) {
            if (held.indices().get(i)) {
                ids.add(ask.entries().get(i).id());
            }
        }
        for (HolderRound.Enough enough : asking.confirmed(ask.agent(), ids, now())) {
            dropIfStillRight(enough);
        }
    }

    /** The application may have pinned it, or the strategy may want it back or others to hold it by now. */
    private void dropIfStillRight(HolderRound.Enough enough) {
        StoredEntry entry = page.get(enough.entry().id());
        if (entry == null) {
            return;
        }
        EntryHeader header = EntryCodec.headerOf(entry.envelope());
        DistributionStrategy strategy = parts.distribution().get();
        long holders = enough.holders().stream()
                .filter(agent -> strategy.willStore(agent, header))
                .count();
        if (!isOff() && mayGo(entry, header) && holders >= strategy.replicas(header)) {
            dropper.drop(entry);
        }
    }

    /** Asks and answers no more. */
    public void stop() {
        stopped = true;
        server.stop();
    }
}
