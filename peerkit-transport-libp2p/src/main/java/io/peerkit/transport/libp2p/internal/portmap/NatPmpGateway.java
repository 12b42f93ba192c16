// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import java.net.InetSocketAddress;
import java.time.Duration;

/** A router that speaks NAT-PMP. */
final class NatPmpGateway implements Gateway {
    private final RouterSockets sockets;
    private final InetSocketAddress router;

    NatPmpGateway(RouterSockets sockets, InetSocketAddress router) {
        this.sockets = sockets;
        this.router = router;
    }

    @Override
    public PortMapping map(LocalPort local, int externalPort, Duration lifetime) throws PortMapException {
        NatPmp.Address address = sockets.ask(router, NatPmp.askAddress(), NatPmp.MAX_ANSWER_BYTES, NatPmp::address);
        NatPmp.Mapping mapping = ask(local, externalPort, lifetime.toSeconds());
        if (mapping.lifetimeSeconds() == 0 || mapping.externalPort() == 0) {
            throw new PortMapException("router has opened no port by NAT-PMP");
        }
        return new PortMapping(
                local, address.address(), mapping.externalPort(), Duration.ofSeconds(mapping.lifetimeSeconds()));
    }

    @Override
    public void unmap(PortMapping mapping) throws PortMapException {
        var unused = ask(mapping.local(), 0, 0);
    }

    private NatPmp.Mapping ask(LocalPort local, int externalPort, long lifetimeSeconds) throws PortMapException {
        return sockets.ask(
                router,
                NatPmp.askMapping(local, externalPort, lifetimeSeconds),
                NatPmp.MAX_ANSWER_BYTES,
                answer -> NatPmp.mapping(answer, local));
    }

    @Override
    public String toString() {
        return "NAT-PMP at " + router;
    }
}
