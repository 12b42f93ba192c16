// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.AgentId;
import io.peerkit.api.ClosedException;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.RelayAddress;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.Path;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Traffic;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.api.transport.TransportMode;
import io.peerkit.transport.libp2p.internal.access.AccessGate;
import io.peerkit.transport.libp2p.internal.access.AccessListener;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.dial.DialTargets;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.mdns.Mdns;
import io.peerkit.transport.libp2p.internal.message.MessageReceiver;
import io.peerkit.transport.libp2p.internal.message.MessageSender;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.peers.Peers;
import io.peerkit.transport.libp2p.internal.peers.SerialCalls;
import io.peerkit.transport.libp2p.internal.reach.NatTraversal;
import io.peerkit.transport.libp2p.internal.relay.CircuitCarrier;
import io.peerkit.transport.libp2p.internal.relay.DirectConnections;
import io.peerkit.transport.libp2p.internal.relay.RelayServer;
import io.peerkit.transport.libp2p.internal.relay.Reservations;
import io.peerkit.transport.libp2p.internal.stream.Libp2pStream;
import io.peerkit.transport.libp2p.internal.swarm.Swarm;
import io.peerkit.transport.libp2p.internal.swarm.SwarmSettings;
import io.peerkit.transport.libp2p.internal.websocket.WebSocketCarrier;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/** The stack with the access gate: what {@link Libp2pTransport.Builder} starts. Safe for use by any thread. */
final class GatedTransport implements Transport {
    static final String MESSAGE_PROTOCOL = "/peerkit/message/2.0.0";
    static final String AGENTS_PROTOCOL = "/peerkit/agents/2.0.0";

    private final TransportContext context;
    private final List<RelayAddress> relays;
    private final NodeKey key;
    private final NodeId self;
    private final ProtocolTable protocols;
    private final Map<String, Consumer<PeerStream>> handlers = new ConcurrentHashMap<>();
    private final Set<String> ownProtocols;
    private final SerialCalls calls = new SerialCalls();
    private final Peers peers;
    private final AccessGate gate;
    private final Swarm swarm;
    private final NatTraversal nat;
    private final Map<String, CompletableFuture<NodeId>> dials = new ConcurrentHashMap<>();
    private final Surroundings surroundings;
    private volatile boolean closed;

    GatedTransport(
            TransportContext context,
            SwarmSettings settings,
            List<RelayAddress> relays,
            RelayLimits relayLimits,
            Optional<SSLContext> webSocketTls,
            boolean portMapping) {
        this.context = context;
        this.relays = List.copyOf(relays);
        protocols = new ProtocolTable(settings.maxStreamsPerProtocol());
        key = NodeKey.fromSeed(NodeSeed.of(context.seed()));
        self = new NodeId(key.peerId().toString());
        peers = new Peers(context.listener(), calls);
        gate = new AccessGate(self, context.access(), new Verdicts(), protocols);
        swarm = new Swarm(settings, key, gate, protocols);
        swarm.add(host -> new WebSocketCarrier(host, webSocketTls));
        swarm.addProvided(key);
        protocols.add(AGENTS_PROTOCOL, connection -> new MessageReceiver(this::takeAgents));
        DirectConnections direct = new DirectConnections(this::dialRelay);
        swarm.whenEstablished(direct::established);
        Clock clock = Clock.systemUTC();
        swarm.observers(relays.stream()
                .flatMap(each -> Multiaddr.parse(each.value()).peerId().stream())
                .collect(Collectors.toUnmodifiableSet()));
        nat = new NatTraversal(swarm, protocols, clock, portMapping, this::addressesChanged);
        if (context.mode() == TransportMode.NODE) {
            protocols.add(MESSAGE_PROTOCOL, connection -> new MessageReceiver(this::takeMessage));
            List<Multiaddr> wanted =
                    relays.stream().map(each -> Multiaddr.parse(each.value())).toList();
            Reservations reservations = new Reservations(wanted, clock, new SecureRandom(), this::addressesChanged);
            swarm.whenEstablished(reservations::established);
            swarm.add(host -> {
                CircuitCarrier carrier = new CircuitCarrier(host, direct, reservations::addresses);
                carrier.accept(protocols, reservations::takesFrom);
                return carrier;
            });
            nat.upgrade(direct::find, peers::upgrading);
        } else {
            swarm.add(host -> new CircuitCarrier(host, direct, List::of));
            new RelayServer(key, relayLimits, swarm::addresses, clock).serve(protocols, swarm.metrics());
        }
        ownProtocols = Set.copyOf(protocols.names());
        surroundings = new Surroundings(swarm, peers, context.listener(), calls);
    }

    private CompletableFuture<Connection> dialRelay(Multiaddr relay) {
        return swarm.dial(new DialTargets(List.of(relay), relay.peerId())).thenCompose(Connection::established);
    }

    private void networkChanged() {
        nat.networkChanged();
        addressesChanged();
    }

    private void addressesChanged() {
        swarm.identify().push();
        surroundings.told(swarm.addresses());
        List<NodeAddress> now = listenAddresses();
        calls.call(() -> context.listener().addressesChanged(now));
    }

    CompletableFuture<Transport> listen(Optional<List<Multiaddr>> addresses, Optional<Mdns.Settings> discovery) {
        CompletableFuture<Transport> listening = new CompletableFuture<>();
        CompletableFuture<Void> open =
                swarm.listen(addresses.orElseGet(() -> List.of(Multiaddr.parse("/ip4/0.0.0.0/tcp/0"))));
        var unused = open.whenComplete((done, failure) -> {
            if (failure == null) {
                surroundings.start(discovery, key.peerId(), this::networkChanged);
                nat.networkChanged();
                listening.complete(this);
            } else {
                close();
                listening.completeExceptionally(cause(failure));
            }
        });
        return listening;
    }

    private void takeAgents(Connection connection, byte[] message, Runnable taken) {
        calls.call(() -> {
            context.listener().agentsReceived(connection.node(), message);
            taken.run();
        });
    }

    private void takeMessage(Connection connection, byte[] message, Runnable taken) {
        calls.call(() -> {
            context.listener().messageReceived(connection.node(), message);
            taken.run();
        });
    }

    @Override
    public NodeId nodeId() {
        return self;
    }

    @Override
    public TransportMode mode() {
        return context.mode();
    }

    @Override
    public List<NodeAddress> listenAddresses() {
        return swarm.addresses().stream()
                .map(address -> new NodeAddress(address.withPeerId(key.peerId()).toString()))
                .toList();
    }

    @Override
    public List<RelayAddress> relays() {
        return relays;
    }

    @Override
    public CompletableFuture<NodeId> connect(List<NodeAddress> addresses) {
        if (closed) {
            return CompletableFuture.failedFuture(closedException());
        }
        DialTargets targets;
        try {
            targets = DialTargets.of(addresses, key.peerId(), swarm::dials);
        } catch (InvalidBytesException e) {
            return CompletableFuture.failedFuture(e);
        }
        Optional<NodeId> node = targets.peer().map(peer -> new NodeId(peer.toString()));
        if (node.flatMap(peers::connection).isPresent()) {
            return CompletableFuture.completedFuture(node.get());
        }
        if (node.filter(gate.denied()::contains).isPresent()) {
            return CompletableFuture.failedFuture(
                    new AccessDeniedException("node " + node.get() + " was denied before"));
        }
        return dial(targets).copy();
    }

    /** Calls for the same node share one dial. */
    private CompletableFuture<NodeId> dial(DialTargets targets) {
        CompletableFuture<NodeId> ours = new CompletableFuture<>();
        CompletableFuture<NodeId> underWay = dials.putIfAbsent(targets.key(), ours);
        if (underWay != null) {
            return underWay;
        }
        if (closed) {
            ours.completeExceptionally(closedException()); // close() may not have seen it
            return ours;
        }
        var unused = swarm.dial(targets).thenCompose(Connection::established).whenComplete((connection, failure) -> {
            dials.remove(targets.key(), ours);
            if (failure == null) {
                // Behind peerGranted, which was put in line before.
                calls.call(() -> ours.complete(connection.node()));
            } else {
                ours.completeExceptionally(dialFailure(failure));
            }
        });
        return ours;
    }

    private PeerkitException dialFailure(Throwable failure) {
        Throwable cause = cause(failure);
        if (closed) {
            return closedException();
        }
        return cause instanceof PeerkitException known
                ? known
                : new PeerUnreachableException("node cannot be reached: " + cause.getMessage(), cause);
    }

    @Override
    public CompletableFuture<Void> sendAgents(NodeId node, byte[] message) {
        return send(AGENTS_PROTOCOL, node, message);
    }

    @Override
    public CompletableFuture<Void> send(NodeId node, byte[] message) {
        return send(MESSAGE_PROTOCOL, node, message);
    }

    private CompletableFuture<Void> send(String protocol, NodeId node, byte[] message) {
        Optional<MessageSender> sender = peers.messages(node);
        if (closed || sender.isEmpty()) {
            return CompletableFuture.failedFuture(notConnected(node));
        }
        if (message.length > MAX_MESSAGE_BYTES) {
            return CompletableFuture.failedFuture(new LimitExceededException(
                    "message of " + message.length + " bytes, at most " + MAX_MESSAGE_BYTES));
        }
        return sender.get().send(protocol, message);
    }

    @Override
    public CompletableFuture<PeerStream> openStream(NodeId node, ProtocolId protocol) {
        Optional<Connection> connection = peers.connection(node);
        if (closed || connection.isEmpty()) {
            return CompletableFuture.failedFuture(notConnected(node));
        }
        CompletableFuture<PeerStream> opened = new CompletableFuture<>();
        try {
            connection.get().execute(() -> open(connection.get(), protocol, opened));
        } catch (RejectedExecutionException e) {
            opened.completeExceptionally(closedException());
        }
        return opened;
    }

    private static void open(Connection connection, ProtocolId protocol, CompletableFuture<PeerStream> opened) {
        var unused = connection.open(protocol.value()).whenComplete((stream, failure) -> {
            if (failure != null) {
                opened.completeExceptionally(failure);
            } else {
                opened.complete(new Libp2pStream(stream, protocol));
            }
        });
    }

    /**
     * {@inheritDoc}
     *
     * @throws InvalidSettingException when the protocol is one that the transport speaks itself
     */
    @Override
    public void handleStreams(ProtocolId protocol, Consumer<PeerStream> handler) {
        if (ownProtocols.contains(protocol.value()) || protocol.value().equals(MESSAGE_PROTOCOL)) {
            throw new InvalidSettingException("protocol " + protocol + " is the transport's own");
        }
        handlers.put(protocol.value(), handler);
        protocols.add(protocol.value(), connection -> stream -> {
            Libp2pStream accepted = new Libp2pStream(stream, protocol);
            Consumer<PeerStream> current = handlers.getOrDefault(protocol.value(), handler);
            calls.call(() -> handOver(accepted, current));
        });
    }

    private static void handOver(Libp2pStream stream, Consumer<PeerStream> handler) {
        boolean taken = false;
        try {
            handler.accept(stream);
            taken = true;
        } finally {
            if (!taken) {
                stream.reset();
            }
        }
    }

    @Override
    public boolean isDirect(NodeId node) {
        return peers.path(node).equals(Optional.of(Path.DIRECT));
    }

    @Override
    public Optional<Path> path(NodeId node) {
        return peers.path(node);
    }

    @Override
    public Set<NodeId> connectedNodes() {
        return peers.nodes();
    }

    @Override
    public void disconnect(NodeId node) {
        for (Connection connection : peers.connections(node)) {
            try {
                connection.execute(
                        () -> connection.close(new PeerUnreachableException("disconnected from " + node + " here")));
            } catch (RejectedExecutionException e) {
                return; // closed with the transport
            }
        }
    }

    @Override
    public SortedMap<String, Long> metrics() {
        return swarm.metrics().snapshot();
    }

    @Override
    public Traffic traffic() {
        return swarm.traffic();
    }

    @Override
    public void close() {
        closed = true;
        surroundings.stop();
        nat.stop();
        swarm.close();
        if (!swarm.isOnLoop()) {
            surroundings.close();
            nat.close();
        }
        dials.values().forEach(dial -> dial.completeExceptionally(closedException()));
    }

    private PeerkitException notConnected(NodeId node) {
        return closed ? closedException() : new PeerUnreachableException("node " + node + " is not connected");
    }

    private ClosedException closedException() {
        return new ClosedException("transport of node " + self + " is closed");
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private final class Verdicts implements AccessListener {
        @Override
        public void granted(Connection connection, AccessGrant grant) {
            peers.granted(connection, grant);
        }

        @Override
        public void denied(NodeId node, Optional<AgentId> agentId, String reason) {
            calls.call(() -> context.listener().peerDenied(node, agentId, reason));
        }

        @Override
        public void closed(Connection connection) {
            peers.closed(connection);
        }
    }
}
