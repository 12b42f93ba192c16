// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.ClosedException;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.RelayAddress;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.AccessNegotiation;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Traffic;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.api.transport.TransportMode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A node's place in a {@link MemoryNetwork}. What is not thread-safe by its type belongs to the network's loop. */
final class MemoryTransport implements Transport {
    /** The most addresses that one {@link #connect} tries. */
    static final int MAX_DIALED_ADDRESSES = 16;

    /** The most denied nodes kept in mind; the oldest is forgotten first. */
    static final int MAX_DENIED_NODES = 65_536;

    private final MemoryNetwork network;
    private final int port;
    private final List<RelayAddress> relays;
    private final TransportContext context;
    private final NodeId id;
    private final Map<ProtocolId, Consumer<PeerStream>> handlers = new ConcurrentHashMap<>();
    private final Set<LinkEnd> links = new LinkedHashSet<>();
    private final Set<NodeId> denied = new LinkedHashSet<>();
    private final Map<MemoryAddress, CompletableFuture<NodeId>> dials = new LinkedHashMap<>();

    /** Granted connections by node; also read by other threads, so guarded by itself. */
    private final Map<NodeId, List<LinkEnd>> granted = new LinkedHashMap<>();

    private final AtomicLong bytesIn = new AtomicLong();
    private final AtomicLong bytesOut = new AtomicLong();
    private volatile boolean closed;

    MemoryTransport(MemoryNetwork network, int port, List<RelayAddress> relays, TransportContext context) {
        this.network = network;
        this.port = port;
        this.relays = relays;
        this.context = context;
        this.id = nameOf(context.seed());
    }

    private static NodeId nameOf(byte[] seed) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(seed);
            return new NodeId("m" + HexFormat.of().formatHex(hash, 0, 16));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    @Override
    public NodeId nodeId() {
        return id;
    }

    @Override
    public TransportMode mode() {
        return context.mode();
    }

    @Override
    public List<NodeAddress> listenAddresses() {
        return closed ? List.of() : List.of(new MemoryAddress(port, Optional.of(id)).toNodeAddress());
    }

    @Override
    public List<RelayAddress> relays() {
        return relays;
    }

    @Override
    public CompletableFuture<NodeId> connect(List<NodeAddress> addresses) {
        if (closed) {
            return failed();
        }
        CompletableFuture<NodeId> result = new CompletableFuture<>();
        network.loop().execute(() -> {
            List<MemoryAddress> usable = new ArrayList<>();
            PeerkitException problem = new InvalidBytesException("0 addresses to connect to, at least 1");
            for (NodeAddress address : addresses) {
                try {
                    usable.add(MemoryAddress.parse(address));
                } catch (InvalidBytesException e) {
                    problem = e;
                }
            }
            int count = Math.min(usable.size(), MAX_DIALED_ADDRESSES);
            dialFirst(usable.subList(0, count), problem, result);
        });
        return result;
    }

    /** Tries the first address, then the rest; the last failure is what the caller sees. */
    private void dialFirst(List<MemoryAddress> addresses, PeerkitException last, CompletableFuture<NodeId> result) {
        if (closed) {
            result.completeExceptionally(closedException());
        } else if (addresses.isEmpty()) {
            result.completeExceptionally(last);
        } else {
            List<MemoryAddress> rest = addresses.subList(1, addresses.size());
            CompletableFuture<?> unused = dial(addresses.get(0)).whenComplete((node, failure) -> {
                if (failure == null) {
                    result.complete(node);
                } else if (failure instanceof PeerUnreachableException unreachable) {
                    dialFirst(rest, unreachable, result);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        }
    }

    private CompletableFuture<NodeId> dial(MemoryAddress address) {
        Optional<NodeId> node = address.node();
        if (node.isPresent() && isConnected(node.get())) {
            return CompletableFuture.completedFuture(node.get());
        }
        if (node.isPresent() && hasDenied(node.get())) {
            return CompletableFuture.failedFuture(
                    new AccessDeniedException("node " + node.get() + " was denied before"));
        }
        CompletableFuture<NodeId> underWay = dials.get(address);
        if (underWay == null) {
            underWay = new CompletableFuture<>();
            dials.put(address, underWay);
            CompletableFuture<?> unused = underWay.whenComplete((done, failure) -> dials.remove(address));
            network.dial(this, address, underWay);
        }
        return underWay;
    }

    @Override
    public CompletableFuture<Void> sendAgents(NodeId node, byte[] message) {
        return sendMessage(true, node, message);
    }

    @Override
    public CompletableFuture<Void> send(NodeId node, byte[] message) {
        return sendMessage(false, node, message);
    }

    private CompletableFuture<Void> sendMessage(boolean agents, NodeId node, byte[] message) {
        return onLink(node, (link, taken) -> {
            if (message.length > MAX_MESSAGE_BYTES) {
                taken.completeExceptionally(new LimitExceededException(
                        "message of " + message.length + " bytes, at most " + MAX_MESSAGE_BYTES));
            } else {
                link.send(agents, message, taken);
            }
        });
    }

    @Override
    public CompletableFuture<PeerStream> openStream(NodeId node, ProtocolId protocol) {
        return onLink(node, (link, opened) -> link.open(protocol, opened));
    }

    /** Runs an operation on the oldest granted connection. */
    private <T> CompletableFuture<T> onLink(NodeId node, BiConsumer<LinkEnd, CompletableFuture<T>> operation) {
        if (closed) {
            return failed();
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        network.loop().execute(() -> {
            List<LinkEnd> open = granted.get(node);
            if (closed) {
                result.completeExceptionally(closedException());
            } else if (open == null) {
                result.completeExceptionally(new PeerUnreachableException("node " + node + " is not connected"));
            } else {
                operation.accept(open.get(0), result);
            }
        });
        return result;
    }

    @Override
    public void handleStreams(ProtocolId protocol, Consumer<PeerStream> handler) {
        handlers.put(protocol, handler);
    }

    @Override
    public boolean isDirect(NodeId node) {
        return isConnected(node);
    }

    @Override
    public Set<NodeId> connectedNodes() {
        synchronized (granted) {
            return new LinkedHashSet<>(granted.keySet());
        }
    }

    @Override
    public void disconnect(NodeId node) {
        network.loop()
                .execute(() -> List.copyOf(links).stream()
                        .filter(link -> link.peer().equals(node))
                        .forEach(link ->
                                link.close(new PeerUnreachableException("disconnected from " + node + " here"))));
    }

    @Override
    public Traffic traffic() {
        return new Traffic(bytesIn.get(), bytesOut.get());
    }

    @Override
    public void close() {
        closed = true;
        network.runAndWait(this::closeNow);
    }

    // What follows runs on the network's loop.

    void closeNow() {
        closed = true;
        network.gone(port, this);
        List.copyOf(links).forEach(link -> link.close(closedException()));
        List.copyOf(dials.values()).forEach(dial -> dial.completeExceptionally(closedException()));
    }

    void crash() {
        closed = true;
        network.gone(port, this);
        List.copyOf(links).forEach(LinkEnd::sever);
    }

    void severAll() {
        List.copyOf(links).forEach(LinkEnd::sever);
    }

    void severSeparated() {
        List.copyOf(links).stream()
                .filter(link -> network.separated(id, link.peer()))
                .forEach(LinkEnd::sever);
    }

    int port() {
        return port;
    }

    boolean isClosed() {
        return closed;
    }

    AccessNegotiation.Factory access() {
        return context.access();
    }

    boolean isConnected(NodeId node) {
        synchronized (granted) {
            return granted.containsKey(node);
        }
    }

    boolean hasDenied(NodeId node) {
        return denied.contains(node);
    }

    Optional<Consumer<PeerStream>> handler(ProtocolId protocol) {
        return Optional.ofNullable(handlers.get(protocol));
    }

    boolean takes(boolean agents) {
        return agents || mode() == TransportMode.NODE;
    }

    void received(boolean agents, NodeId from, byte[] message) {
        if (agents) {
            context.listener().agentsReceived(from, message);
        } else {
            context.listener().messageReceived(from, message);
        }
    }

    void sent(int bytes) {
        bytesOut.addAndGet(bytes);
    }

    void received(int bytes) {
        bytesIn.addAndGet(bytes);
    }

    void add(LinkEnd link) {
        links.add(link);
    }

    void granted(LinkEnd link, AccessGrant grant) {
        boolean first;
        synchronized (granted) {
            List<LinkEnd> open = granted.computeIfAbsent(link.peer(), node -> new ArrayList<>(1));
            first = open.isEmpty();
            open.add(link);
        }
        if (first) {
            context.listener().peerGranted(link.peer(), grant);
        }
    }

    void denied(NodeId node, AccessNegotiation.Denied refusal) {
        if (refusal.lasting()) {
            if (denied.size() >= MAX_DENIED_NODES) {
                denied.remove(denied.iterator().next());
            }
            denied.add(node);
        }
        context.listener().peerDenied(node, refusal.agentId(), refusal.reason());
    }

    void closed(LinkEnd link, boolean wasGranted) {
        links.remove(link);
        if (wasGranted && lastClosed(link)) {
            context.listener().peerGone(link.peer());
        }
    }

    private boolean lastClosed(LinkEnd link) {
        synchronized (granted) {
            List<LinkEnd> open = granted.getOrDefault(link.peer(), List.of());
            open.remove(link);
            if (open.isEmpty()) {
                granted.remove(link.peer());
            }
            return open.isEmpty();
        }
    }

    private <T> CompletableFuture<T> failed() {
        return CompletableFuture.failedFuture(closedException());
    }

    private ClosedException closedException() {
        return new ClosedException("transport of node " + id + " is closed");
    }
}
