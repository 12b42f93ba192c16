// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.agents;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.peer.PeerWarnings;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out the exchange of agent cards and keeps them in the store. Belongs to the node loop. */
public final class AgentGossip {
    private static final Logger LOG = LoggerFactory.getLogger(AgentGossip.class);

    /** Who wants to know of agents. */
    public interface Listener {
        /** An agent has a new card. */
        void agentKnown(AgentInfo info);

        /** An agent's last card expired. */
        void agentForgotten(AgentId agent);

        /** A peer's connection strategy says something about some agents, whose cards are known now. */
        void told(AgentId from, byte[] message, List<AgentInfo> cards);

        /** Whether an agent's card is worth keeping. */
        boolean keeps(AgentId agent);

        /** How many cards of others a peer may send at its own wish. */
        int maxCards();
    }

    private final NodeLoop loop;
    private final Agent agent;
    private final Transport transport;
    private final Optional<Storage> storage;
    private final AgentDirectory directory;
    private final OwnCard own;
    private final Listener listener;
    private final AgentExchange exchange;
    private final PeerWarnings warnings = new PeerWarnings(LOG);

    /**
     * @param storage keeps cards over restarts, if there is one
     * @param directory knows the cards
     * @param listener is told of them
     */
    public AgentGossip(
            NodeLoop loop,
            Agent agent,
            Transport transport,
            Optional<Storage> storage,
            AgentDirectory directory,
            OwnCard own,
            Listener listener) {
        this.loop = loop;
        this.agent = agent;
        this.transport = transport;
        this.storage = storage;
        this.directory = directory;
        this.own = own;
        this.listener = listener;
        this.exchange = new AgentExchange(agent, directory, own, listener::maxCards, loop.random());
    }

    /** Reads the cards in the store. */
    public CompletableFuture<Void> load() {
        CompletableFuture<Void> loaded = new CompletableFuture<>();
        if (storage.isEmpty()) {
            loaded.complete(null);
            return loaded;
        }
        LoopHop.then(
                loop,
                storage.get().agents(AgentDirectory.MAX_AGENTS),
                cards -> {
                    List<AgentId> stale = new ArrayList<>();
                    cards.forEach(card -> restore(card, stale));
                    persist(List.of(), stale);
                    loaded.complete(null);
                },
                loaded::completeExceptionally);
        return loaded;
    }

    /** Others may have stored newer cards of those agents: only what is void in the store goes, and what is new is learned. */
    private void readAgain(Storage shared) {
        LoopHop.then(
                loop,
                shared.agents(AgentDirectory.MAX_AGENTS),
                cards -> {
                    Set<ByteBuffer> known = new HashSet<>();
                    directory.all().forEach(info -> known.add(ByteBuffer.wrap(info.encoded())));
                    List<AgentId> stale = new ArrayList<>();
                    for (byte[] card : cards) {
                        if (!known.contains(ByteBuffer.wrap(card))) {
                            restore(card, stale).ifPresent(listener::agentKnown);
                        }
                    }
                    persist(List.of(), stale);
                },
                reason -> LOG.debug("agent cards could not be read again", reason));
    }

    /** Gives the card when it is news. */
    private Optional<AgentInfo> restore(byte[] encoded, List<AgentId> stale) {
        try {
            AgentInfo info = agent.readInfo(encoded);
            if (info.agentId().equals(agent.id())) {
                own.issuedBefore(info);
                return Optional.empty();
            }
            AgentDirectory.Verdict verdict = directory.learn(info, loop.now());
            if (verdict == AgentDirectory.Verdict.EXPIRED) {
                stale.add(info.agentId());
            }
            return verdict == AgentDirectory.Verdict.NEWS ? Optional.of(info) : Optional.empty();
        } catch (InvalidBytesException e) {
            LOG.warn("dropped an agent card in the store that is not valid: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** Begins: tells of the cards that are known, and issues the own one. */
    public void start() {
        directory.all().forEach(listener::agentKnown);
        dropUseless();
        renew(transport.listenAddresses());
    }

    /** The node's addresses changed. */
    public void addressesChanged(List<NodeAddress> addresses) {
        renew(addresses);
    }

    private void renew(List<NodeAddress> addresses) {
        own.renew(addresses, loop.now()).ifPresent(card -> {
            persist(List.of(card), List.of());
            send(exchange.renewed(card));
        });
    }

    /** Renews what is due and drops what is void; called every few seconds. */
    public void tick() {
        renew(transport.listenAddresses());
        List<AgentId> expired = directory.expire(loop.now());
        if (!expired.isEmpty()) {
            expired.forEach(listener::agentForgotten);
            if (storage.isPresent() && storage.get().isShared()) {
                readAgain(storage.get());
            } else {
                persist(List.of(), expired);
            }
        }
        dropUseless();
    }

    private void dropUseless() {
        List<AgentId> useless = new ArrayList<>();
        for (AgentInfo info : directory.all()) {
            if (!listener.keeps(info.agentId())) {
                useless.add(info.agentId());
            }
        }
        useless.forEach(directory::drop);
        persist(List.of(), useless);
    }

    /** Tells a peer's connection strategy something, with the cards of some agents. */
    public void tell(NodeId to, byte[] message, List<AgentId> cards) {
        send(exchange.tell(to, message, cards, loop.now()));
    }

    /** A peer is connected. */
    public void peerUp(Peer peer) {
        send(exchange.peerUp(peer, loop.now()));
    }

    /** A peer is gone. */
    public void peerDown(Peer peer) {
        exchange.peerDown(peer);
    }

    /** A message came. */
    public void received(Peer from, byte[] message) {
        try {
            long refusedBefore = exchange.refused();
            AgentExchange.Result result = exchange.received(from.node(), AgentMessageCodec.decode(message), loop.now());
            if (exchange.refused() > refusedBefore) {
                warnings.warn(from.agent(), "refused an agent card", "wrong, from the future, or one too many");
            }
            send(result.mail());
            result.news().forEach(listener::agentKnown);
            if (result.told().isPresent()) {
                listener.told(from.agent(), result.told().get(), result.named());
            }
            keep(result);
        } catch (InvalidBytesException e) {
            warnings.warn(from.agent(), "refused a message of agent cards", e);
        }
    }

    /** Cards that only passed by are not written. */
    private void keep(AgentExchange.Result result) {
        List<AgentInfo> kept = new ArrayList<>();
        for (AgentInfo info : result.news()) {
            if (listener.keeps(info.agentId())) {
                kept.add(info);
            } else {
                directory.drop(info.agentId());
            }
        }
        persist(kept, List.of());
    }

    private void send(List<AgentExchange.Mail> mail) {
        for (AgentExchange.Mail each : mail) {
            LoopHop.then(
                    loop,
                    transport.sendAgents(each.to(), AgentMessageCodec.encode(each.message())),
                    sent -> {},
                    reason -> LOG.debug("agent cards did not reach node {}: {}", each.to(), reason.getMessage()));
        }
    }

    private void persist(List<AgentInfo> cards, List<AgentId> removed) {
        if (storage.isEmpty()) {
            return;
        }
        int count = Math.max(cards.size(), removed.size());
        for (int from = 0; from < count; from += WriteBatch.MAX_AGENTS) {
            WriteBatch batch = WriteBatch.ofAgents(part(cards, from), part(removed, from));
            // Cards come again from the peers, so a failure costs only a slower start.
            LoopHop.then(
                    loop,
                    storage.get().write(batch),
                    written -> {},
                    reason -> LOG.debug("agent cards could not be stored", reason));
        }
    }

    private static <T> List<T> part(List<T> all, int from) {
        return from >= all.size()
                ? List.of()
                : new ArrayList<>(all.subList(from, Math.min(all.size(), from + WriteBatch.MAX_AGENTS)));
    }
}
