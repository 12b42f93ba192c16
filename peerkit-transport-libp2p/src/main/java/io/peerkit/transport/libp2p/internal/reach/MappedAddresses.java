// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.reach;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.MultiaddrProtocol;
import io.peerkit.transport.libp2p.internal.portmap.LocalPort;
import io.peerkit.transport.libp2p.internal.portmap.PortKind;
import io.peerkit.transport.libp2p.internal.portmap.PortMapping;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Addresses of this node in its own network, and what becomes of them where a router has opened their port. */
final class MappedAddresses {
    private MappedAddresses() {}

    /** The ports to have opened: those listened at in a private network. A node on loopback alone has none. */
    static List<LocalPort> wanted(List<Multiaddr> listening) {
        Set<LocalPort> ports = new LinkedHashSet<>();
        listening.forEach(address -> port(address).ifPresent(ports::add));
        return List.copyOf(ports);
    }

    private static Optional<LocalPort> port(Multiaddr address) {
        Optional<InetAddress> ip = address.ip();
        int port = address.port().orElse(0);
        if (address.isRelayed()
                || port == 0
                || ip.isEmpty()
                || !(ip.get() instanceof Inet4Address)
                || !ip.get().isSiteLocalAddress()) {
            return Optional.empty();
        }
        boolean tcp = address.components().get(1).protocol() == MultiaddrProtocol.TCP;
        return Optional.of(new LocalPort(tcp ? PortKind.TCP : PortKind.UDP, port));
    }

    /** Where the ports are reached from outside, with all that is spoken there. */
    static List<Multiaddr> of(List<Multiaddr> listening, List<PortMapping> mappings) {
        Set<Multiaddr> addresses = new LinkedHashSet<>();
        for (Multiaddr inside : listening) {
            Optional<LocalPort> port = port(inside);
            mappings.stream()
                    .filter(mapping -> port.equals(Optional.of(mapping.local())))
                    .forEach(mapping -> addresses.add(outside(inside, mapping)));
        }
        return List.copyOf(addresses);
    }

    private static Multiaddr outside(Multiaddr inside, PortMapping mapping) {
        boolean ip4 = mapping.externalAddress() instanceof Inet4Address;
        StringBuilder text = new StringBuilder(ip4 ? "/ip4/" : "/ip6/")
                .append(mapping.externalAddress().getHostAddress())
                .append(mapping.local().kind() == PortKind.TCP ? "/tcp/" : "/udp/")
                .append(mapping.externalPort());
        inside.components().stream().skip(2).forEach(text::append);
        return Multiaddr.parse(text.toString());
    }
}
