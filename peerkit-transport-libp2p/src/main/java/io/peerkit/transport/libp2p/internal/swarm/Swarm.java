// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.swarm;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.peerkit.api.ClosedException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.transport.Traffic;
import io.peerkit.transport.libp2p.internal.carrier.Carrier;
import io.peerkit.transport.libp2p.internal.carrier.CarrierHost;
import io.peerkit.transport.libp2p.internal.carrier.CarrierProvider;
import io.peerkit.transport.libp2p.internal.carrier.DialAttempt;
import io.peerkit.transport.libp2p.internal.carrier.NameResolver;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionCloser;
import io.peerkit.transport.libp2p.internal.connection.ConnectionContext;
import io.peerkit.transport.libp2p.internal.connection.ConnectionPolicy;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.connection.ReceiveBudgets;
import io.peerkit.transport.libp2p.internal.connection.TrafficCounter;
import io.peerkit.transport.libp2p.internal.dcutr.Dialer;
import io.peerkit.transport.libp2p.internal.dial.DialRace;
import io.peerkit.transport.libp2p.internal.dial.DialTargets;
import io.peerkit.transport.libp2p.internal.identify.IdentifyService;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.limits.DirectMemory;
import io.peerkit.transport.libp2p.internal.metrics.Metrics;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.noise.NoiseFrame;
import io.peerkit.transport.libp2p.internal.noise.NoiseIdentity;
import io.peerkit.transport.libp2p.internal.noise.NoiseSecurity;
import io.peerkit.transport.libp2p.internal.ping.PingProtocol;
import io.peerkit.transport.libp2p.internal.secure.Security;
import io.peerkit.transport.libp2p.internal.tcp.TcpCarrier;
import io.peerkit.transport.libp2p.internal.tls.LibP2pTls;
import io.peerkit.transport.libp2p.internal.tls.TlsIdentity;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The libp2p stack without the access gate: sockets, encrypted connections, identify and ping. What is let in is for a
 * {@link ConnectionPolicy} to say.
 *
 * <p>Safe for use by any thread.
 */
public final class Swarm implements Dialer, AutoCloseable {
    private static final int KEY_BYTES = 32;

    /** All addresses of a node together may take this many times as long as one. */
    private static final int DIAL_TIMEOUTS = 3;

    /** How many times as long an address that leads through a relay may take: three nodes greet each other, one by one. */
    private static final int RELAYED_TIMEOUTS = 3;

    /** How long {@link #close} waits for connections to end, and then for threads. */
    private static final Duration CLOSING_TIME = Duration.ofSeconds(4);

    /** How long a dial from both sides may take; their first packets may get lost. */
    private static final Duration PUNCH_TIMEOUT = Duration.ofSeconds(10);

    private final SecureRandom random = new SecureRandom();
    private final SwarmSettings settings;
    private final ConnectionContext context;
    private final IdentifyService identify;
    private final EventLoops loops;
    private final ConnectionSlots slots;
    private final NameResolver names = new NameResolver();
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
    private final List<Carrier> carriers = new CopyOnWriteArrayList<>();
    private final List<Consumer<Connection>> whenEstablished = new CopyOnWriteArrayList<>();
    private final List<Supplier<List<Multiaddr>>> announced = new CopyOnWriteArrayList<>();
    private volatile Set<PeerId> observers = Set.of();
    private volatile boolean closed;

    /**
     * Prepares a swarm; it opens nothing before {@link #listen} or {@link #dial}.
     *
     * @param settings what it may use
     * @param key who this node is
     * @param policy decides who may connect and what is served to whom
     * @param protocols what is spoken; identify and ping are added
     */
    public Swarm(SwarmSettings settings, NodeKey key, ConnectionPolicy policy, ProtocolTable protocols) {
        this.settings = settings;
        loops = new EventLoops(settings.threads());
        identify = new IdentifyService(key, this::addresses, protocols);
        protocols.add(PingProtocol.ID, connection -> PingProtocol.listener());
        Metrics metrics = new Metrics();
        context = new ConnectionContext(
                settings.connections(),
                key.peerId(),
                security(settings.connections().security(), key),
                policy,
                protocols,
                new TrafficCounter(),
                metrics,
                new ReceiveBudgets(
                        settings.connections().maxReceiveBytes(),
                        settings.connections().maxPeerReceiveBytes(),
                        metrics),
                this::established);
        slots = new ConnectionSlots(settings, metrics, System::nanoTime, DirectMemory::isShort);
        metrics.gauge("memory.direct.bytes", DirectMemory::usedBytes);
        add(TcpCarrier::new);
    }

    private void established(Connection connection) {
        identify.established(connection);
        whenEstablished.forEach(listener -> listener.accept(connection));
    }

    private List<Security> security(List<String> protocols, NodeKey key) {
        return protocols.stream().map(protocol -> security(protocol, key)).toList();
    }

    private Security security(String protocol, NodeKey key) {
        return switch (protocol) {
            case LibP2pTls.PROTOCOL -> new LibP2pTls(TlsIdentity.of(key, random), random, Instant::now);
            case NoiseFrame.PROTOCOL -> new NoiseSecurity(NoiseIdentity.of(key, secret()), this::secret);
            default -> throw new IllegalArgumentException("no way to secure connections is called " + protocol);
        };
    }

    private byte[] secret() {
        byte[] secret = new byte[KEY_BYTES];
        random.nextBytes(secret);
        return secret;
    }

    /**
     * Adds a way to get connections, behind those that were added before.
     *
     * @param make makes it; must not use the host before it returns
     */
    public void add(Function<CarrierHost, Carrier> make) {
        carriers.add(make.apply(new Host()));
    }

    /**
     * Adds the ways to get connections that artifacts of their own provide, where they are there and work.
     *
     * @param key who this node is
     */
    public void addProvided(NodeKey key) {
        for (CarrierProvider provider :
                ServiceLoader.load(CarrierProvider.class, CarrierProvider.class.getClassLoader())) {
            provider.open(new Host(), key).ifPresent(carriers::add);
        }
    }

    /**
     * Whether an address can be listened at.
     *
     * @param address any address
     * @return whether a carrier knows its kind
     */
    public boolean listens(Multiaddr address) {
        return carriers.stream().anyMatch(carrier -> carrier.listens(address));
    }

    /**
     * Tells of each connection that is let in.
     *
     * @param listener called on the event loop of the connection
     */
    public void whenEstablished(Consumer<Connection> listener) {
        whenEstablished.add(listener);
    }

    /**
     * Opens listening sockets.
     *
     * @param addresses IP addresses and TCP ports
     * @return a future that completes when all are open, or failed with {@link PeerUnreachableException} when one cannot be;
     *     close the swarm then
     */
    public CompletableFuture<Void> listen(List<Multiaddr> addresses) {
        return CompletableFuture.allOf(addresses.stream().map(this::listen).toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> listen(Multiaddr address) {
        return carriers.stream()
                .filter(carrier -> carrier.listens(address))
                .findFirst()
                .map(carrier -> carrier.listen(address))
                .orElseGet(() -> CompletableFuture.failedFuture(new PeerUnreachableException("listen address " + address
                        + (address.isQuic()
                                ? " needs peerkit-transport-libp2p-quic and its native code for this platform"
                                : " is of no kind known here"))));
    }

    /**
     * Whether an address can be dialed.
     *
     * @param address any address
     * @return whether a carrier knows its kind
     */
    public boolean dials(Multiaddr address) {
        return carriers.stream().anyMatch(carrier -> carrier.dials(address));
    }

    /**
     * Connects to a node, at whichever of its addresses answers first in order of preference.
     *
     * @param targets where it may be
     * @return a future of the secured connection, completed on an event loop, or failed with
     *     {@link PeerUnreachableException}, {@link io.peerkit.api.AccessDeniedException} or {@link ClosedException}
     */
    @Override
    public CompletableFuture<Connection> dial(DialTargets targets) {
        try {
            EventLoop loop = loops.next();
            return new DialRace<Connection>(
                            loop,
                            () -> Connection.nanoTime(loop),
                            address -> dial(address, targets.peer()),
                            late -> late.execute(() -> late.close(
                                    new PeerUnreachableException("another address of " + late.node() + " was faster"))),
                            targets.addresses(),
                            settings.dialTimeout().multipliedBy(DIAL_TIMEOUTS))
                    .start();
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new ClosedException("transport is closed", e));
        }
    }

    /**
     * Says who is dialed from the port at which this node listens.
     *
     * @param peers relays of this node's
     */
    public void observers(Set<PeerId> peers) {
        observers = Set.copyOf(peers);
    }

    @Override
    public void expect(List<Multiaddr> addresses, PeerId peer) {
        for (Multiaddr address : addresses) {
            carriers.stream()
                    .filter(carrier -> carrier.dials(address))
                    .findFirst()
                    .ifPresent(carrier -> carrier.expect(address, peer));
        }
    }

    /**
     * Dials an address at the same time as the peer there dials this node, through the routers of both.
     *
     * @param address where the peer is, seen from the internet
     * @param peer who is there
     * @param initiator whether this side begins the handshake
     * @return as {@link #dial(DialTargets)}
     */
    @Override
    public CompletableFuture<Connection> punch(Multiaddr address, PeerId peer, boolean initiator) {
        return dial(address, Optional.of(peer), PUNCH_TIMEOUT, (carrier, attempt) -> carrier.punch(attempt, initiator));
    }

    /**
     * Dials an address only to see whether a peer answers there, from a port at which this node does not listen. The peer is not
     * asked for access, and the connection is good for little more than one message.
     *
     * @param address where the peer may be
     * @param peer who
     * @return a future of the secured connection, which is never established, or failed as that of {@link #dial(DialTargets)}
     */
    public CompletableFuture<Connection> probe(Multiaddr address, PeerId peer) {
        return dial(address, Optional.of(peer), settings.dialTimeout(), Carrier::probe);
    }

    private CompletableFuture<Connection> dial(Multiaddr address, Optional<PeerId> expected) {
        Duration limit = settings.dialTimeout().multipliedBy(address.isRelayed() ? RELAYED_TIMEOUTS : 1);
        return dial(address, expected, limit, Carrier::dial);
    }

    private CompletableFuture<Connection> dial(
            Multiaddr address, Optional<PeerId> expected, Duration limit, BiConsumer<Carrier, DialAttempt> how) {
        CompletableFuture<Connection> upgraded = new CompletableFuture<>();
        Optional<ConnectionSlots.Slot> slot = slots.dialed(address);
        if (slot.isEmpty()) {
            upgraded.completeExceptionally(new PeerUnreachableException("address " + address
                    + " is not dialed now: connections are at most " + settings.maxConnections()
                    + ", and the rate of dials is bounded"));
            return upgraded;
        }
        EventLoop loop = loops.next();
        DialAttempt attempt = new DialAttempt(address, expected, loop, upgraded, slot.get()::release);
        try {
            var timer = loop.schedule(
                    () -> upgraded.completeExceptionally(
                            new PeerUnreachableException("node at " + address + " did not answer within " + limit)),
                    limit.toNanos(),
                    TimeUnit.NANOSECONDS);
            var unused = upgraded.whenComplete((connection, failure) -> timer.cancel(false));
            // On its own loop, which does not end before what is begun there: the transport may be closing.
            loop.execute(() -> dial(attempt, how));
        } catch (RejectedExecutionException e) {
            attempt.fail(new ClosedException("transport is closed", e));
        }
        return upgraded;
    }

    private void dial(DialAttempt attempt, BiConsumer<Carrier, DialAttempt> how) {
        if (closed) {
            attempt.fail(new ClosedException("transport is closed"));
            return;
        }
        Multiaddr address = attempt.address();
        carriers.stream()
                .filter(carrier -> carrier.dials(address))
                .findFirst()
                .ifPresentOrElse(
                        carrier -> how.accept(carrier, attempt),
                        () -> attempt.fail(
                                new PeerUnreachableException("address " + address + " is of no kind known here")));
    }

    /**
     * Where others can reach this node; asks the system for its network interfaces.
     *
     * @return addresses without the node's name
     */
    public List<Multiaddr> addresses() {
        return Stream.concat(listenAddresses().stream(), announced.stream().flatMap(each -> each.get().stream()))
                .distinct()
                .sorted(Comparator.comparing(Multiaddr::isRelayed)) // those that are come last
                .toList();
    }

    /**
     * Where this node listens, at its own interfaces and at relays.
     *
     * @return a part of {@link #addresses}
     */
    public List<Multiaddr> listenAddresses() {
        return closed
                ? List.of()
                : carriers.stream()
                        .flatMap(carrier -> carrier.addresses().stream())
                        .distinct()
                        .toList();
    }

    /**
     * Adds addresses under which this node can be reached and of which its carriers know nothing.
     *
     * @param addresses asked each time
     */
    public void announce(Supplier<List<Multiaddr>> addresses) {
        announced.add(addresses);
    }

    /**
     * What peers say of themselves.
     *
     * @return the service
     */
    public IdentifyService identify() {
        return identify;
    }

    /**
     * Figures for an operator.
     *
     * @return live
     */
    public Metrics metrics() {
        return context.metrics();
    }

    /**
     * What went over all sockets so far.
     *
     * @return a moment's figures
     */
    public Traffic traffic() {
        return context.traffic().traffic();
    }

    /** Closes sockets and threads; returns when they are gone, except on a thread of the swarm itself, where it cannot wait. */
    @Override
    public void close() {
        closed = true;
        names.close();
        List<CompletableFuture<?>> ends = new ArrayList<>();
        for (Channel channel : channels) {
            CompletableFuture<Void> end = new CompletableFuture<>();
            channel.closeFuture().addListener(gone -> end.complete(null));
            ends.add(end);
            closeChannel(channel);
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, CLOSING_TIME.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<Void> shutDown = all.thenRun(() -> loops.shutdown(CLOSING_TIME));
        if (loops.isOnLoop()) {
            return;
        }
        try {
            shutDown.join();
            loops.awaitEnd(CLOSING_TIME);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Whether the calling thread is one of the swarm, where nothing may wait.
     *
     * @return true on an event loop
     */
    public boolean isOnLoop() {
        return loops.isOnLoop();
    }

    private static void closeChannel(Channel channel) {
        try {
            channel.eventLoop()
                    .execute(() -> ConnectionCloser.close(channel, new ClosedException("transport is closed")));
        } catch (IllegalStateException | RejectedExecutionException e) {
            channel.unsafe().closeForcibly(); // not registered, or its loop has ended
        }
    }

    private final class Host implements CarrierHost {
        @Override
        public ConnectionContext context() {
            return context;
        }

        @Override
        public EventLoop nextLoop() {
            return loops.next();
        }

        @Override
        public Duration dialTimeout() {
            return settings.dialTimeout();
        }

        @Override
        public NameResolver names() {
            return names;
        }

        @Override
        public boolean observes(PeerId peer) {
            return observers.contains(peer);
        }

        @Override
        public void register(Channel channel, EventLoop loop, CompletableFuture<?> failed) {
            channels.add(channel);
            channel.closeFuture().addListener(gone -> channels.remove(channel));
            loop.register(channel).addListener((ChannelFutureListener) registering -> {
                if (!registering.isSuccess() || closed) {
                    var unused = channel.close();
                    failed.completeExceptionally(new ClosedException("transport is closed"));
                }
            });
        }

        @Override
        public boolean track(Channel channel) {
            channels.add(channel);
            channel.closeFuture().addListener(gone -> channels.remove(channel));
            return !closed;
        }

        @Override
        public boolean accept(Channel channel, Optional<InetAddress> from, CompletableFuture<Connection> upgraded) {
            Optional<ConnectionSlots.Slot> slot = slots.accepted(from);
            if (slot.isEmpty()) {
                return false;
            }
            var unused = upgraded.thenCompose(Connection::established)
                    .whenComplete((connection, failure) -> slot.get().settle());
            channel.closeFuture().addListener(gone -> slot.get().release());
            return track(channel);
        }

        @Override
        public void accept(
                Channel channel,
                EventLoop loop,
                Optional<InetAddress> from,
                Consumer<CompletableFuture<Connection>> prepare) {
            Optional<ConnectionSlots.Slot> slot = slots.accepted(from);
            if (slot.isEmpty() || closed) {
                slot.ifPresent(ConnectionSlots.Slot::release);
                channel.unsafe().closeForcibly();
                return;
            }
            CompletableFuture<Connection> upgraded = new CompletableFuture<>();
            var unused = upgraded.thenCompose(Connection::established)
                    .whenComplete((connection, failure) -> slot.get().settle());
            channel.closeFuture().addListener(gone -> slot.get().release());
            prepare.accept(upgraded);
            register(channel, loop, upgraded);
        }
    }
}
