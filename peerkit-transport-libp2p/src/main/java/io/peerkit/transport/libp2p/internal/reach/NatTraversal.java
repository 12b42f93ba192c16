// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.reach;

import io.peerkit.api.NodeId;
import io.peerkit.transport.libp2p.internal.autonat.AutonatClient;
import io.peerkit.transport.libp2p.internal.autonat.AutonatServer;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.dcutr.Dcutr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.portmap.PortMapper;
import io.peerkit.transport.libp2p.internal.portmap.PortMapping;
import io.peerkit.transport.libp2p.internal.swarm.Swarm;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** All that gets a node reached behind a router: what is known of its addresses, open ports, dials back, and dials from both sides. */
public final class NatTraversal implements AutoCloseable {
    private final Swarm swarm;
    private final ProtocolTable protocols;
    private final Reachability reachability;
    private final AutonatClient autonat;
    private final SecureRandom random = new SecureRandom();
    private final Optional<PortMapper> ports;

    /**
     * Prepares; asks nobody before {@link #networkChanged}.
     *
     * @param swarm the stack; what is sure is announced by it
     * @param protocols what it speaks
     * @param clock the time
     * @param portMapping whether to have routers open ports
     * @param changed is told that the addresses of this node have changed, on any thread
     */
    public NatTraversal(Swarm swarm, ProtocolTable protocols, Clock clock, boolean portMapping, Runnable changed) {
        this.swarm = swarm;
        this.protocols = protocols;
        reachability = new Reachability(swarm::listenAddresses, clock, changed);
        swarm.announce(reachability::sure);
        swarm.identify().whenKnown(reachability::known);
        autonat = new AutonatClient(reachability::candidates, reachability::tried, clock, random, swarm.metrics());
        new AutonatServer(swarm::probe, clock, random, swarm.metrics()).serve(protocols);
        ports = portMapping ? Optional.of(new PortMapper(this::mapped, random)) : Optional.empty();
    }

    /**
     * Has peers try the addresses of this node, seeks direct connections in place of relayed ones, and helps peers to do so.
     *
     * @param direct finds an open connection that is not relayed
     * @param upgrading is told when one is sought and when no longer
     */
    public void upgrade(Function<PeerId, Optional<Connection>> direct, BiConsumer<NodeId, Boolean> upgrading) {
        Dcutr dcutr = new Dcutr(swarm, reachability::candidates, direct, upgrading, swarm.metrics());
        dcutr.serve(protocols);
        swarm.whenEstablished(dcutr::established);
        swarm.identify().whenKnown(dcutr::known);
        autonat.serve(protocols);
        swarm.identify().whenKnown(autonat::known);
    }

    /** The node listens, or its network is another: routers are asked anew. From any thread. */
    public void networkChanged() {
        autonat.networkChanged();
        ports.ifPresent(mapper -> {
            mapper.want(MappedAddresses.wanted(swarm.listenAddresses()));
            mapper.recheck();
        });
    }

    private void mapped(List<PortMapping> mappings) {
        reachability.mapped(MappedAddresses.of(swarm.listenAddresses(), mappings));
    }

    /** Begins to have routers close the ports that they opened, and waits for nothing. */
    public void stop() {
        ports.ifPresent(PortMapper::stop);
    }

    /** Has routers close the ports that they opened, within some seconds. */
    @Override
    public void close() {
        ports.ifPresent(PortMapper::close);
    }
}
