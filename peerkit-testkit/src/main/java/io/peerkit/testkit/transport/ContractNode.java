// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import io.peerkit.agent.AccessHandshake;
import io.peerkit.agent.KeyStore;
import io.peerkit.agent.LocalAgent;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.AgentId;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.AccessNegotiation;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.api.transport.TransportMode;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A node of the contract's tests: an agent, its key of the network, a transport and what that told. */
final class ContractNode {
    static final byte[] KEY = filled(32, 7);
    static final byte[] OTHER_KEY = filled(32, 8);

    private final byte[] seed;
    private final AccessNegotiation.Factory access;
    private final AgentId agentId;
    private final ListenerLog log = new ListenerLog();
    private final AtomicInteger negotiations = new AtomicInteger();
    private final Deque<PeerStream> held = new ArrayDeque<>();
    private final Deque<CompletableFuture<PeerStream>> wanted = new ArrayDeque<>();
    private @Nullable Transport transport;

    ContractNode(int seed, byte[] key) {
        this.seed = filled(TransportContext.SEED_BYTES, seed);
        LocalAgent agent = LocalAgent.open(KeyStore.inMemory(filled(KeyStore.SECRET_BYTES, seed)));
        this.agentId = agent.id();
        this.access = AccessHandshake.factory(agent, NetworkAccess.sharedKey(key), new SecureRandom(), Set.of());
    }

    TransportContext context(TransportMode mode) {
        return new TransportContext(mode, seed, counted(), log);
    }

    void started(Transport next) {
        transport = next;
    }

    Transport transport() {
        Transport started = transport;
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started;
    }

    AgentId agentId() {
        return agentId;
    }

    ListenerLog log() {
        return log;
    }

    /** How many access handshakes began here. */
    int negotiations() {
        return negotiations.get();
    }

    /** Keeps a stream that was opened to this node, unread. */
    synchronized void hold(PeerStream stream) {
        CompletableFuture<PeerStream> waiting = wanted.poll();
        if (waiting == null) {
            held.add(stream);
        } else {
            waiting.complete(stream);
        }
    }

    /** A future of the next stream held. */
    synchronized CompletableFuture<PeerStream> nextHeld() {
        PeerStream stream = held.poll();
        if (stream != null) {
            return CompletableFuture.completedFuture(stream);
        }
        CompletableFuture<PeerStream> waiting = new CompletableFuture<>();
        wanted.add(waiting);
        return waiting;
    }

    private AccessNegotiation.Factory counted() {
        return new AccessNegotiation.Factory() {
            @Override
            public AccessNegotiation dialing(NodeId self, NodeId peer) {
                negotiations.incrementAndGet();
                return access.dialing(self, peer);
            }

            @Override
            public AccessNegotiation listening(NodeId self, NodeId peer) {
                negotiations.incrementAndGet();
                return access.listening(self, peer);
            }
        };
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
