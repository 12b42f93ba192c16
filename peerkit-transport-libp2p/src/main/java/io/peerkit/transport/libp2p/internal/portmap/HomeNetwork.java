// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Which router this machine is behind. */
interface HomeNetwork {
    /**
     * The way to the internet.
     *
     * @param client this machine's address in its network
     * @param router where the router speaks PCP and NAT-PMP
     * @param group where routers are searched by UPnP
     */
    record Way(InetAddress client, InetSocketAddress router, InetSocketAddress group) {}

    /** The way; empty without one, or where this machine is on the internet itself. */
    Optional<Way> way();

    /** What the system says; where it does not tell its routes, the first address of the network is taken for the router. */
    static Optional<Way> ofSystem() {
        Optional<InetAddress> router = tableOfRoutes().or(HomeNetwork::firstOfNetwork);
        return router.flatMap(HomeNetwork::localFor)
                .filter(InetAddress::isSiteLocalAddress)
                .map(client -> new Way(
                        client,
                        new InetSocketAddress(router.orElseThrow(), NatPmp.PORT),
                        new InetSocketAddress(Ssdp.group(), Ssdp.PORT)));
    }

    private static Optional<InetAddress> tableOfRoutes() {
        Path table = Path.of("/proc/net/route");
        try {
            return Files.isReadable(table)
                    ? RouteTable.gateway(
                            Files.readAllLines(table), ByteOrder.nativeOrder().equals(ByteOrder.LITTLE_ENDIAN))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // as where there is none
        }
    }

    private static Optional<InetAddress> firstOfNetwork() {
        try {
            List<NetworkInterface> interfaces =
                    NetworkInterface.networkInterfaces().toList();
            for (NetworkInterface each : interfaces) {
                if (each.isUp() && !each.isLoopback() && !each.isPointToPoint()) {
                    Optional<InetAddress> own = each.inetAddresses()
                            .filter(address -> address instanceof Inet4Address && address.isSiteLocalAddress())
                            .findFirst();
                    if (own.isPresent()) {
                        byte[] bytes = own.get().getAddress();
                        bytes[3] = 1;
                        return Optional.of(InetAddress.getByAddress(bytes));
                    }
                }
            }
            return Optional.empty();
        } catch (SocketException | UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Connecting a datagram socket sends nothing; it chooses an address. */
    private static Optional<InetAddress> localFor(InetAddress router) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(router, NatPmp.PORT));
            return Optional.of(socket.getLocalAddress());
        } catch (IOException | java.io.UncheckedIOException e) {
            return Optional.empty();
        }
    }
}
