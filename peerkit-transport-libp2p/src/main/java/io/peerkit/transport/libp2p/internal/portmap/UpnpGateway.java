// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.random.RandomGenerator;

/** A router that speaks UPnP IGD. */
final class UpnpGateway implements Gateway {
    /** How long devices may take to answer a search; they are asked to answer within 1 s. */
    private static final Duration SEARCH = Duration.ofMillis(1_500);

    /** How many ports are tried when others have taken them. */
    private static final int MAX_TRIES = 4;

    /** Ports drawn at random are above those that services use. */
    private static final int FIRST_RANDOM_PORT = 20_000;

    private static final int LAST_RANDOM_PORT = 60_000;

    private final RouterSockets sockets;
    private final InetAddress router;
    private final InetAddress client;
    private final UpnpDescription.Service service;
    private final RandomGenerator random;

    private UpnpGateway(
            RouterSockets sockets,
            InetAddress router,
            InetAddress client,
            UpnpDescription.Service service,
            RandomGenerator random) {
        this.sockets = sockets;
        this.router = router;
        this.client = client;
        this.service = service;
        this.random = random;
    }

    /**
     * Searches for a gateway with an address on the internet.
     *
     * @param client the address of this node in its network
     * @param group where to search
     * @throws PortMapException when there is none
     */
    static UpnpGateway find(RouterSockets sockets, InetAddress client, InetSocketAddress group, RandomGenerator random)
            throws PortMapException {
        PortMapException last = new PortMapException("no router answers a search by UPnP");
        for (RouterSockets.Found device : sockets.search(client, group, SEARCH)) {
            try {
                HttpAnswer description = sockets.get(device.router(), device.location());
                for (UpnpDescription.Service service :
                        UpnpDescription.services(device.router(), device.location(), description.body())) {
                    UpnpGateway gateway = new UpnpGateway(sockets, device.router(), client, service, random);
                    var unused = gateway.externalAddress();
                    return gateway;
                }
            } catch (PortMapException e) {
                last = e;
            } catch (InvalidBytesException e) {
                last = new PortMapException("router at " + device.router() + " misbehaves: " + e.getMessage(), e);
            }
        }
        throw last;
    }

    @Override
    public PortMapping map(LocalPort local, int externalPort, Duration lifetime) throws PortMapException {
        InetAddress external = externalAddress();
        int port = externalPort;
        for (int tries = 1; ; tries++) {
            try {
                add(local, port, lifetime);
                return new PortMapping(local, external, port, lifetime);
            } catch (UpnpSoap.Refused e) {
                if (e.code() != UpnpSoap.CONFLICT || tries == MAX_TRIES) {
                    throw refused(e);
                }
                port = random.nextInt(FIRST_RANDOM_PORT, LAST_RANDOM_PORT);
            }
        }
    }

    /** A router that knows only mappings for ever gets one of those; it is renewed and removed like the others. */
    private void add(LocalPort local, int port, Duration lifetime) throws PortMapException, UpnpSoap.Refused {
        try {
            add(local, port, lifetime.toSeconds());
        } catch (UpnpSoap.Refused e) {
            if (e.code() != UpnpSoap.ONLY_PERMANENT_LEASES) {
                throw e;
            }
            add(local, port, 0);
        }
    }

    private void add(LocalPort local, int port, long seconds) throws PortMapException, UpnpSoap.Refused {
        var unused = call("AddPortMapping", UpnpSoap.addPortMapping(service.type(), local, client, port, seconds));
    }

    @Override
    public void unmap(PortMapping mapping) throws PortMapException {
        try {
            var unused = call(
                    "DeletePortMapping",
                    UpnpSoap.deletePortMapping(service.type(), mapping.local().kind(), mapping.externalPort()));
        } catch (UpnpSoap.Refused e) {
            throw refused(e);
        }
    }

    private static PortMapException refused(UpnpSoap.Refused refusal) {
        return new PortMapException("router refuses with UPnP error " + refusal.code(), refusal);
    }

    private InetAddress externalAddress() throws PortMapException {
        try {
            Map<String, String> result = call("GetExternalIPAddress", UpnpSoap.getExternalIpAddress(service.type()));
            String text = result.getOrDefault("NewExternalIPAddress", "");
            return Multiaddr.parse("/ip4/" + text).ip().orElseThrow();
        } catch (UpnpSoap.Refused | InvalidBytesException e) {
            throw new PortMapException("router at " + router + " tells no address: " + e.getMessage(), e);
        }
    }

    private Map<String, String> call(String action, String body) throws PortMapException, UpnpSoap.Refused {
        try {
            return UpnpSoap.result(action, sockets.call(router, service.control(), service.type(), action, body));
        } catch (InvalidBytesException e) {
            throw new PortMapException("router at " + router + " misbehaves: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return "UPnP at " + router;
    }
}
