// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import java.io.IOException;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The links of this machine. */
final class Links {
    /** The most links that discovery runs on. */
    static final int MAX_LINKS = 32;

    private Links() {}

    /**
     * Asks the system.
     *
     * @param names of the interfaces wanted; all when empty
     */
    static List<Link> of(Set<String> names) throws IOException {
        List<Link> links = new ArrayList<>();
        for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
            boolean wanted = names.isEmpty() || names.contains(each.getName());
            // Linux says that loopback has no multicast, yet carries it.
            if (wanted && links.size() < MAX_LINKS && each.isUp() && (each.supportsMulticast() || each.isLoopback())) {
                Link link = link(each);
                if (!link.prefixes().isEmpty()) {
                    links.add(link);
                }
            }
        }
        return links;
    }

    private static Link link(NetworkInterface each) throws IOException {
        List<Link.Prefix> prefixes = each.getInterfaceAddresses().stream()
                .map(address -> new Link.Prefix(address.getAddress(), address.getNetworkPrefixLength()))
                .toList();
        return new Link(each.getName(), each.getIndex(), each.isLoopback(), prefixes);
    }
}
