// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.reach;

import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.identify.IdentifyMessage;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PublicAddresses;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Gathers where this node can be reached besides at its own interfaces, and tells when what is sure has changed. Safe for use
 * by many threads: guarded by itself.
 */
public final class Reachability {
    private final Supplier<List<Multiaddr>> listening;
    private final Clock clock;
    private final Runnable changed;
    private final ObservedAddresses observed = new ObservedAddresses(ObservedAddresses.QUORUM);
    private List<Multiaddr> mapped = List.of();
    private List<Multiaddr> confirmed = List.of();
    private List<Multiaddr> unreachable = List.of();
    private List<Multiaddr> told = List.of();

    /**
     * Starts with nothing known.
     *
     * @param listening the addresses of this node's own interfaces; asked each time
     * @param clock the time
     * @param changed is told that {@link #sure} has changed, on any thread
     */
    public Reachability(Supplier<List<Multiaddr>> listening, Clock clock, Runnable changed) {
        this.listening = listening;
        this.clock = clock;
        this.changed = changed;
    }

    /**
     * A peer has said who it is, and perhaps where it sees this node.
     *
     * @param connection any connection
     * @param message what it said
     */
    public void known(Connection connection, IdentifyMessage message) {
        Optional<Multiaddr> address = message.observedAddress().flatMap(Multiaddr::withoutPeerId);
        if (address.isEmpty()
                || connection.isRelayed()
                || !(connection.remoteAddress() instanceof InetSocketAddress remote)
                || !(connection.localAddress() instanceof InetSocketAddress local)
                || !isListeningPort(local.getPort())) {
            return; // what is seen of a port that nobody listens at leads nowhere
        }
        synchronized (this) {
            observed.observed(connection.peer(), remote.getAddress(), address.get(), clock.instant());
        }
        var unused = connection.closed().thenRun(() -> gone(connection));
        tell();
    }

    private synchronized void gone(Connection connection) {
        observed.gone(connection.peer(), clock.instant());
    }

    private boolean isListeningPort(int port) {
        return listening.get().stream().anyMatch(each -> each.port().orElse(0) == port);
    }

    /**
     * The router has opened ports, or closed them.
     *
     * @param addresses all that are open now; those that are not public are passed over
     */
    public void mapped(List<Multiaddr> addresses) {
        synchronized (this) {
            mapped = addresses.stream().filter(PublicAddresses::isPublic).toList();
        }
        tell();
    }

    /**
     * Peers have tried addresses.
     *
     * @param reached all at which one of them got an answer; those that are not public are passed over
     * @param notReached all at which several got none
     */
    public void tried(List<Multiaddr> reached, List<Multiaddr> notReached) {
        synchronized (this) {
            confirmed = reached.stream().filter(PublicAddresses::isPublic).toList();
            unreachable = List.copyOf(notReached);
        }
        tell();
    }

    private void tell() {
        List<Multiaddr> now = sure();
        synchronized (this) {
            if (now.equals(told)) {
                return;
            }
            told = now;
        }
        changed.run();
    }

    /**
     * Where this node may be reached from the internet: good for trying.
     *
     * @return public addresses, the surest first
     */
    public List<Multiaddr> candidates() {
        Set<Multiaddr> all = all();
        listening.get().stream().filter(PublicAddresses::isPublic).forEach(all::add);
        synchronized (this) {
            all.addAll(observed.seen(clock.instant()));
        }
        return List.copyOf(all);
    }

    /**
     * Where this node can be reached besides at its own interfaces: opened by the router, seen by many, or reached by a peer
     * that was asked to try; not where several have tried and got no answer.
     *
     * @return what others may be told
     */
    public List<Multiaddr> sure() {
        List<Multiaddr> sure = new ArrayList<>(all());
        sure.removeAll(listening.get());
        synchronized (this) {
            sure.removeAll(unreachable);
        }
        return List.copyOf(sure);
    }

    private synchronized Set<Multiaddr> all() {
        Set<Multiaddr> all = new LinkedHashSet<>(confirmed);
        all.addAll(mapped);
        all.addAll(observed.agreed(clock.instant()));
        return all;
    }
}
