// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** A router that speaks PCP. */
final class PcpGateway implements Gateway {
    private final RouterSockets sockets;
    private final InetSocketAddress router;
    private final InetAddress client;
    private final RandomGenerator random;
    /** One for each mapping, as long as it is renewed: who knows it can remove the mapping. */
    private final Map<LocalPort, byte[]> nonces = new HashMap<>();

    PcpGateway(RouterSockets sockets, InetSocketAddress router, InetAddress client, RandomGenerator random) {
        this.sockets = sockets;
        this.router = router;
        this.client = client;
        this.random = random;
    }

    @Override
    public PortMapping map(LocalPort local, int externalPort, Duration lifetime) throws PortMapException {
        Pcp.Mapping mapping = ask(local, externalPort, lifetime.toSeconds());
        if (mapping.lifetimeSeconds() == 0 || mapping.externalPort() == 0) {
            throw new PortMapException("router has opened no port by PCP");
        }
        return new PortMapping(
                local,
                mapping.externalAddress(),
                mapping.externalPort(),
                Duration.ofSeconds(mapping.lifetimeSeconds()));
    }

    @Override
    public void unmap(PortMapping mapping) throws PortMapException {
        var unused = ask(mapping.local(), mapping.externalPort(), 0);
    }

    private Pcp.Mapping ask(LocalPort local, int externalPort, long lifetimeSeconds) throws PortMapException {
        byte[] nonce = nonces.computeIfAbsent(local, port -> {
            byte[] drawn = new byte[Pcp.NONCE_BYTES];
            random.nextBytes(drawn);
            return drawn;
        });
        byte[] question = Pcp.askMapping(client, nonce, local, externalPort, lifetimeSeconds);
        return sockets.ask(router, question, Pcp.MAX_BYTES, answer -> {
            if (Pcp.isOtherVersion(answer)) {
                throw new PortMapException("router does not speak PCP");
            }
            return Pcp.mapping(answer, nonce, local);
        });
    }

    @Override
    public String toString() {
        return "PCP at " + router;
    }
}
