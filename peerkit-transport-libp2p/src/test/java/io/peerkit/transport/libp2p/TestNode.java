// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import io.peerkit.agent.AccessHandshake;
import io.peerkit.agent.KeyStore;
import io.peerkit.agent.LocalAgent;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.AgentId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.Path;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.api.transport.TransportListener;
import io.peerkit.api.transport.TransportMode;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A node with the access gate on loopback, for tests; what its listener hears is kept in order. */
public final class TestNode implements AutoCloseable {
    private static final byte[] KEY = "a key that all tests share".getBytes(StandardCharsets.US_ASCII);

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final Transport transport;

    public TestNode() throws Exception {
        this(Libp2pTransport.builder().listen(new NodeAddress("/ip4/127.0.0.1/tcp/0")));
    }

    public TestNode(Libp2pTransport.Builder settings) throws Exception {
        this(settings, KEY);
    }

    public TestNode(Libp2pTransport.Builder settings, byte[] key) throws Exception {
        this(settings, key, TransportMode.NODE, newSeed());
    }

    private TestNode(Libp2pTransport.Builder settings, byte[] key, TransportMode mode, byte[] seed) throws Exception {
        transport = settings.start(context(key, mode, seed)).get(30, TimeUnit.SECONDS);
    }

    /** An infrastructure node. */
    public static TestNode relay(Libp2pTransport.Builder settings, byte[] seed) throws Exception {
        return new TestNode(settings, KEY, TransportMode.INFRASTRUCTURE, seed);
    }

    public static byte[] newSeed() {
        byte[] seed = new byte[TransportContext.SEED_BYTES];
        new SecureRandom().nextBytes(seed);
        return seed;
    }

    private TransportContext context(byte[] key, TransportMode mode, byte[] seed) {
        AccessHandshake access = AccessHandshake.factory(
                LocalAgent.open(KeyStore.inMemory()), NetworkAccess.sharedKey(key), new SecureRandom(), Set.of());
        return new TransportContext(mode, seed, access, new Listener());
    }

    public Transport transport() {
        return transport;
    }

    public String peer() {
        return transport.nodeId().value();
    }

    public String address() {
        return transport.listenAddresses().get(0).value();
    }

    public CompletableFuture<NodeId> connect(String address) {
        return transport.connect(List.of(new NodeAddress(address)));
    }

    /** The next thing that the listener heard. */
    public String next() throws InterruptedException {
        String next = heard.poll(30, TimeUnit.SECONDS);
        return next == null ? "nothing" : next;
    }

    /** Waits until the listener hears something; what it heard before is dropped. */
    public void awaitHeard(String start) throws InterruptedException {
        String next;
        do {
            next = next();
            if (next.equals("nothing")) {
                throw new AssertionError("did not hear " + start);
            }
        } while (!next.startsWith(start));
    }

    @Override
    public void close() {
        transport.close();
    }

    private final class Listener implements TransportListener {
        @Override
        public void peerGranted(NodeId node, AccessGrant grant) {
            heard.add("granted " + node);
        }

        @Override
        public void peerGone(NodeId node) {
            heard.add("gone " + node);
        }

        @Override
        public void peerDenied(NodeId node, Optional<AgentId> agentId, String reason) {
            heard.add("denied " + node + " " + reason);
        }

        @Override
        public void pathChanged(NodeId node, Path path) {
            heard.add("path " + path);
        }

        @Override
        public void addressesChanged(List<NodeAddress> addresses) {
            heard.add("addresses " + addresses.size());
        }

        @Override
        public void agentsReceived(NodeId node, byte[] message) {
            heard.add("agents " + message.length);
        }

        @Override
        public void messageReceived(NodeId node, byte[] message) {
            heard.add("message " + message.length);
        }
    }
}
