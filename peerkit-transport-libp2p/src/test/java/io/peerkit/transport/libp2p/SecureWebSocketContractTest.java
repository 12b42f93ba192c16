// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.testkit.transport.TransportContract;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;

/** The contract over WebSocket and TLS on loopback, with a certificate for it. */
final class SecureWebSocketContractTest extends TransportContract {
    private static final SSLContext LOOPBACK = TestCertificates.forNames("ip:127.0.0.1", "dns:localhost");

    @Override
    protected CompletableFuture<Transport> start(TransportContext context) {
        return Libp2pTransport.builder()
                .listen(new NodeAddress("/ip4/127.0.0.1/tcp/0/tls/ws"))
                .webSocketTls(LOOPBACK)
                .start(context);
    }

    @Override
    protected NodeAddress nowhere() {
        return new NodeAddress("/ip4/127.0.0.1/tcp/1/tls/ws");
    }

    @Override
    protected NodeAddress renamed(NodeAddress address, NodeId other) {
        String text = address.value();
        return new NodeAddress(text.substring(0, text.indexOf("/p2p/")) + "/p2p/" + other);
    }
}
