// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeId;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.peer.FaultBudget;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.peer.PeerWarnings;
import io.peerkit.gossip.internal.peer.SteadyClock;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds what is not here: carries out what a {@link LocateSearch} for each thing decides. Belongs to the node loop. */
final class Locator {
    /** What is spoken. */
    static final ProtocolId PROTOCOL = new ProtocolId("/peerkit/locate/2.0.0");

    /** The most searches at a time; each may have three answers of a megabyte on their way. */
    static final int MAX_SEARCHES = 8;

    /** The most searches that wait for those. */
    static final int MAX_WAITING = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(Locator.class);

    private final LocateParts parts;
    private final LocateProof proof;
    private final SteadyClock clock;
    private final PeerWarnings warnings = new PeerWarnings(LOG);
    private final Map<Wanted, Search> searches = new LinkedHashMap<>();
    private final Deque<Search> waiting = new ArrayDeque<>();
    private final Set<Search> running = new LinkedHashSet<>();

    Locator(LocateParts parts) {
        this.parts = parts;
        this.proof = new LocateProof(parts.verifier());
        this.clock = new SteadyClock(parts.loop());
    }

    /**
     * Looks for something; who looks for the same meanwhile gets the same answer.
     *
     * @return completes on the loop, with nothing when nobody has it; fails with {@link LimitExceededException} when too much is
     *     looked for
     */
    CompletableFuture<Optional<Located>> find(Wanted wanted) {
        Search same = searches.get(wanted);
        if (same != null) {
            return same.answer;
        }
        if (waiting.size() >= MAX_WAITING) {
            return CompletableFuture.failedFuture(new LimitExceededException(
                    "blobs that wait to be looked for: " + waiting.size() + ", at most " + MAX_WAITING));
        }
        Search search = new Search(wanted);
        searches.put(wanted, search);
        waiting.add(search);
        next();
        return search.answer;
    }

    private void next() {
        while (running.size() < MAX_SEARCHES && !waiting.isEmpty()) {
            Search search = waiting.remove();
            running.add(search);
            search.begin();
        }
    }

    /** A peer is connected; somebody may have dialed it. */
    void peerUp(Peer peer) {
        for (Search search : List.copyOf(running)) {
            search.perform(search.machine.reached(peer.agent(), clock.millis()));
        }
    }

    /** Gives everything up. */
    void stop() {
        waiting.clear();
        running.clear();
        for (Search search : new ArrayList<>(searches.values())) {
            search.streams.values().forEach(LocateStream::drop);
            search.end(Optional.empty());
        }
    }

    /** Those to ask, the likeliest first. */
    private List<AgentId> holders(Wanted wanted) {
        Set<AgentId> known = parts.contacts().known();
        known.remove(parts.self());
        // Where an entry is, nobody can tell by its id: all are asked as far as the bounds go.
        Collection<AgentId> named = wanted instanceof Wanted.Blob blob ? locate(blob.hash(), known) : known;
        Set<AgentId> holders = new LinkedHashSet<>(named);
        if (!named.isEmpty()) {
            // Who held it before may hold it still, while the others have not got it yet.
            known.stream().filter(parts.contacts()::isConnected).forEach(holders::add);
        }
        holders.retainAll(known);
        return List.copyOf(holders);
    }

    private List<AgentId> locate(BlobHash hash, Set<AgentId> known) {
        return parts.distribution().get().locate(hash, known);
    }

    private final class Search {
        private final Wanted wanted;
        private final CompletableFuture<Optional<Located>> answer = new CompletableFuture<>();
        private final Map<AgentId, LocateStream> streams = new LinkedHashMap<>();
        private LocateSearch machine = new LocateSearch(List.of(), List.of(), 0);
        private Optional<NodeLoop.Timer> timer = Optional.empty();
        private Optional<Located> result = Optional.empty();

        Search(Wanted wanted) {
            this.wanted = wanted;
        }

        void begin() {
            List<AgentId> near = new ArrayList<>();
            List<AgentId> far = new ArrayList<>();
            for (AgentId agent : holders(wanted)) {
                (parts.contacts().isConnected(agent) ? near : far).add(agent);
            }
            machine = new LocateSearch(near, far, clock.millis());
            perform(machine.start(clock.millis()));
        }

        void perform(List<LocateSearch.Action> actions) {
            for (LocateSearch.Action action : actions) {
                if (action instanceof LocateSearch.Ask ask) {
                    ask(ask.agent());
                } else if (action instanceof LocateSearch.Dial dial) {
                    dial(dial.agent());
                } else if (action instanceof LocateSearch.Drop drop) {
                    LocateStream dropped = streams.remove(drop.agent());
                    if (dropped != null) {
                        dropped.drop();
                    }
                } else if (action instanceof LocateSearch.End) {
                    running.remove(this);
                    end(result);
                    next();
                    return;
                }
            }
            schedule();
        }

        private void schedule() {
            timer.ifPresent(NodeLoop.Timer::cancel);
            timer = Optional.empty();
            if (running.contains(this)) {
                long wait = Math.max(1, machine.wakeAt() - clock.millis());
                timer = Optional.of(
                        parts.loop().schedule(Duration.ofMillis(wait), () -> perform(machine.tick(clock.millis()))));
            }
        }

        void end(Optional<Located> found) {
            timer.ifPresent(NodeLoop.Timer::cancel);
            searches.remove(wanted);
            answer.complete(found);
        }

        private void dial(AgentId agent) {
            LoopHop.then(parts.loop(), parts.contacts().reach(agent), node -> {}, reason -> {
                LOG.debug("could not connect to agent {} to ask it: {}", agent, reason.getMessage());
                perform(machine.unreachable(agent, clock.millis()));
            });
        }

        private void ask(AgentId agent) {
            List<NodeId> nodes = parts.contacts().nodesOf(agent);
            if (nodes.isEmpty()) {
                parts.loop().execute(() -> lacking(agent));
                return;
            }
            LoopHop.then(
                    parts.loop(),
                    parts.transport().openStream(nodes.get(0), PROTOCOL),
                    stream -> opened(agent, stream),
                    reason -> lacking(agent));
        }

        private void opened(AgentId agent, PeerStream stream) {
            if (machine.isOver() || !machine.isAsking(agent)) {
                stream.reset();
                return;
            }
            LocateStream asked = new LocateStream(parts.loop(), stream);
            streams.put(agent, asked);
            LoopHop.then(
                    parts.loop(),
                    asked.ask(wanted),
                    frame -> answered(new Peer(stream.node(), agent), asked, frame),
                    reason -> {
                        if (streams.remove(agent, asked)) {
                            if (reason instanceof InvalidBytesException) {
                                lied(agent, reason);
                            }
                            lacking(agent);
                        }
                    });
        }

        private void answered(Peer peer, LocateStream asked, LocateFrame frame) {
            if (!streams.remove(peer.agent(), asked)) {
                return;
            }
            if (frame instanceof LocateFrame.Busy) {
                perform(machine.busy(peer.agent(), clock.millis()));
                return;
            }
            if (!(frame instanceof LocateFrame.Found found)) {
                lacking(peer.agent());
                return;
            }
            try {
                long now = parts.loop().now().toEpochMilli();
                result = proof.check(wanted, peer, found, now).filter(this::isWelcome);
                if (result.isPresent()) {
                    perform(machine.found(peer.agent()));
                } else {
                    lacking(peer.agent());
                }
            } catch (InvalidBytesException e) {
                lied(peer.agent(), e);
                lacking(peer.agent());
            }
        }

        /** What was deleted, what the application did not want, and what is by somebody blocked, is not shown. */
        private boolean isWelcome(Located located) {
            return located.entry()
                    .filter(entry -> parts.membership().isBlocked(entry.header().author())
                            || parts.unwelcome().test(entry))
                    .isEmpty();
        }

        private void lied(AgentId agent, Throwable reason) {
            warnings.warn(agent, "wrong answer to a search", reason);
            parts.membership().misbehaved(agent, FaultBudget.STREAM_FAULTS);
        }

        private void lacking(AgentId agent) {
            perform(machine.lacking(agent, clock.millis()));
        }
    }
}
