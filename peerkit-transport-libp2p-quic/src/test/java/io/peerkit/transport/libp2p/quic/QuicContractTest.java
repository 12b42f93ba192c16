// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.testkit.transport.TransportContract;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.util.concurrent.CompletableFuture;

/** The contract over QUIC on loopback. */
final class QuicContractTest extends TransportContract {
    @Override
    protected CompletableFuture<Transport> start(TransportContext context) {
        return Libp2pTransport.builder()
                .listen(new NodeAddress("/ip4/127.0.0.1/udp/0/quic-v1"))
                .start(context);
    }

    @Override
    protected NodeAddress nowhere() {
        return new NodeAddress("/ip4/127.0.0.1/udp/1/quic-v1");
    }

    @Override
    protected NodeAddress renamed(NodeAddress address, NodeId other) {
        String text = address.value();
        return new NodeAddress(text.substring(0, text.indexOf("/p2p/")) + "/p2p/" + other);
    }
}
