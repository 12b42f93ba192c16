// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.swarm;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a node listens that was not told where: at any free TCP port of all IPv4 interfaces, and for QUIC at the UDP port of the same
 * number, so that one rule of a firewall is easily said. Without QUIC, or when that port is taken, TCP alone does.
 */
public final class DefaultListening {
    private static final Logger LOG = LoggerFactory.getLogger(DefaultListening.class);
    private static final Multiaddr ANY_PORT = Multiaddr.parse("/ip4/0.0.0.0/tcp/0");

    private DefaultListening() {}

    /**
     * Opens the sockets.
     *
     * @param swarm whose
     * @return as {@link Swarm#listen}
     */
    public static CompletableFuture<Void> start(Swarm swarm) {
        return swarm.listen(List.of(ANY_PORT)).thenCompose(open -> quic(swarm));
    }

    private static CompletableFuture<Void> quic(Swarm swarm) {
        Optional<Multiaddr> beside = swarm.addresses().stream()
                .filter(Multiaddr::isTcp)
                .findFirst()
                .map(tcp -> Multiaddr.parse("/ip4/0.0.0.0/udp/" + tcp.port().orElseThrow() + "/quic-v1"))
                .filter(swarm::listens);
        if (beside.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return swarm.listen(List.of(beside.get())).exceptionally(taken -> {
            LOG.info("QUIC is not listened for: {}", taken.getMessage());
            return null;
        });
    }
}
