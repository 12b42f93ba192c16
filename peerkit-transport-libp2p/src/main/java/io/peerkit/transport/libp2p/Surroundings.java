// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.TransportListener;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.mdns.Mdns;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.network.NetworkWatcher;
import io.peerkit.transport.libp2p.internal.peers.Peers;
import io.peerkit.transport.libp2p.internal.peers.SerialCalls;
import io.peerkit.transport.libp2p.internal.swarm.Swarm;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a transport notices of the machine it runs on and the links it is connected to. Safe for use by any thread. */
final class Surroundings implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Surroundings.class);

    private final Swarm swarm;
    private final Peers peers;
    private final TransportListener listener;
    private final SerialCalls calls;
    private Optional<NetworkWatcher> watcher = Optional.empty();
    private Optional<Mdns> mdns = Optional.empty();
    private boolean closed;

    Surroundings(Swarm swarm, Peers peers, TransportListener listener, SerialCalls calls) {
        this.swarm = swarm;
        this.peers = peers;
        this.listener = listener;
        this.calls = calls;
    }

    /**
     * Begins to look; not before the sockets are open.
     *
     * @param discovery what to find nodes nearby with; empty for not at all
     * @param self this node
     * @param addressesChanged tells everybody of this node's addresses
     */
    synchronized void start(Optional<Mdns.Settings> discovery, PeerId self, Runnable addressesChanged) {
        if (closed) {
            return;
        }
        watcher = Optional.of(NetworkWatcher.start(new Machine(), new NetworkWatcher.Listener() {
            @Override
            public void moved(Set<InetAddress> gone) {
                Surroundings.this.moved(gone);
            }

            @Override
            public void addressesChanged() {
                addressesChanged.run();
            }
        }));
        mdns = discovery.flatMap(settings -> discover(settings, self));
    }

    private Optional<Mdns> discover(Mdns.Settings settings, PeerId self) {
        try {
            return Optional.of(Mdns.start(settings, self, swarm::addresses, this::found));
        } catch (IOException e) {
            LOG.warn("no discovery on this network", e);
            return Optional.empty();
        }
    }

    private void found(PeerId peer, List<Multiaddr> addresses) {
        List<NodeAddress> dialable = addresses.stream()
                .filter(swarm::dials)
                .map(address -> new NodeAddress(address.toString()))
                .toList();
        if (!dialable.isEmpty()) {
            swarm.metrics().counter("mdns.found").increment();
            calls.call(() -> listener.nodeFound(new NodeId(peer.toString()), dialable));
        }
    }

    /** Connections are looked after first, so that whoever dials anew finds them closed. */
    private void moved(Set<InetAddress> gone) {
        swarm.metrics().counter("network.changes").increment();
        CompletableFuture<?>[] cared = peers.connections().stream()
                .map(connection -> moved(connection, gone))
                .toArray(CompletableFuture[]::new);
        var unused =
                CompletableFuture.allOf(cared).whenComplete((done, failure) -> calls.call(listener::networkChanged));
        synchronized (this) {
            mdns.ifPresent(Mdns::changed);
        }
    }

    private static CompletableFuture<Void> moved(Connection connection, Set<InetAddress> gone) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            connection.execute(() -> {
                connection.moved(gone);
                done.complete(null);
            });
        } catch (RejectedExecutionException e) {
            done.complete(null); // the transport is closed
        }
        return done;
    }

    /** Others were told of this node's addresses. */
    synchronized void told(List<Multiaddr> addresses) {
        watcher.ifPresent(each -> each.told(addresses));
    }

    /** Looks no more, without waiting for threads. */
    synchronized void stop() {
        closed = true;
        watcher.ifPresent(NetworkWatcher::stop);
        mdns.ifPresent(Mdns::stop);
    }

    /** Looks no more; returns when the threads have ended. Not to be called on a thread of the transport. */
    @Override
    public void close() {
        Optional<NetworkWatcher> watching;
        Optional<Mdns> discovering;
        synchronized (this) {
            closed = true;
            watching = watcher;
            discovering = mdns;
        }
        watching.ifPresent(NetworkWatcher::close);
        discovering.ifPresent(Mdns::close);
    }

    private final class Machine implements NetworkWatcher.Source {
        @Override
        public Set<InetAddress> present() throws IOException {
            return NetworkWatcher.interfaceAddresses();
        }

        @Override
        public List<Multiaddr> addresses() {
            return swarm.addresses();
        }
    }
}
