// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.node;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.SyncFigures;
import io.peerkit.api.SyncProgress;
import io.peerkit.api.transport.Traffic;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.internal.integrate.Integrator;
import io.peerkit.gossip.internal.peer.PeerTable;
import io.peerkit.gossip.internal.reconcile.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A moment's figures of a node. */
final class Figures {
    private Figures() {}

    /** Reads them, on the loop. */
    static NodeStatus of(PeerTable peers, Transport transport, Optional<DataSide> data, Gatekeeper gatekeeper) {
        List<NodeStatus.Peer> connected = new ArrayList<>();
        for (AgentId agent : peers.agents()) {
            boolean direct = peers.nodesOf(agent).stream().anyMatch(transport::isDirect);
            connected.add(new NodeStatus.Peer(agent, direct));
        }
        Traffic traffic = transport.traffic();
        String fingerprint =
                data.map(side -> side.set().fingerprint().toString()).orElse("0".repeat(2 * Fingerprint.LENGTH_BYTES));
        Optional<Integrator> integrator = data.map(DataSide::integrator);
        return new NodeStatus(
                data.map(side -> side.set().size()).orElse(0),
                fingerprint,
                connected,
                traffic.bytesIn(),
                traffic.bytesOut(),
                integrator.map(Integrator::refused).orElse(0L),
                integrator.map(Integrator::held).orElse(0),
                integrator.map(Integrator::pending).orElse(0),
                integrator.map(Integrator::failing).orElse(0),
                integrator.map(Integrator::opaque).orElse(0L),
                gatekeeper.excluded(),
                data.map(DataSide::epoch).orElse(0L),
                data.map(side -> side.progress().read()).orElseGet(() -> SyncProgress.of(List.of())),
                data.map(side -> side.syncer().counters().read()).orElse(SyncFigures.NONE));
    }
}
