// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.carrier;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where sockets that are bound can be reached. */
public final class ListenAddresses {
    private static final Logger LOG = LoggerFactory.getLogger(ListenAddresses.class);

    private ListenAddresses() {}

    /**
     * The socket addresses at which others can reach sockets that are bound.
     *
     * @param bound as the system tells them; a socket bound to all addresses stands for those of the machine's interfaces
     * @return each with an IP address of its own, loopback last
     */
    public static List<InetSocketAddress> of(List<InetSocketAddress> bound) {
        return bound.stream()
                .flatMap(
                        socket -> hosts(socket.getAddress()).map(host -> new InetSocketAddress(host, socket.getPort())))
                .distinct()
                .toList();
    }

    private static Stream<InetAddress> hosts(InetAddress bound) {
        if (!bound.isAnyLocalAddress()) {
            return Stream.of(bound);
        }
        boolean onlyIp4 = bound instanceof Inet4Address;
        return interfaceAddresses().stream()
                .filter(address -> !onlyIp4 || address instanceof Inet4Address)
                // A link-local address is worth nothing without the name of an interface on the other side.
                .filter(address -> !address.isLinkLocalAddress())
                .sorted(Comparator.comparing(InetAddress::isLoopbackAddress));
    }

    private static List<InetAddress> interfaceAddresses() {
        List<InetAddress> addresses = new ArrayList<>();
        try {
            for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
                if (each.isUp()) {
                    each.inetAddresses().forEach(addresses::add);
                }
            }
        } catch (SocketException e) {
            LOG.warn("network interfaces cannot be listed; only loopback is told to others", e);
            addresses.clear();
        }
        return addresses.isEmpty() ? List.of(InetAddress.getLoopbackAddress()) : addresses;
    }
}
