// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/**
 * A network interface that discovery runs on.
 *
 * @param name the system's
 * @param index the system's
 * @param loopback whether it leads to this machine only
 * @param prefixes its addresses and which of their bits are the network's
 */
record Link(String name, int index, boolean loopback, List<Prefix> prefixes) {
    /** An address and how many of its first bits name the network. */
    record Prefix(InetAddress address, int bits) {
        boolean covers(InetAddress other) {
            byte[] ours = address.getAddress();
            byte[] theirs = other.getAddress();
            if (ours.length != theirs.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % Byte.SIZE);
                if ((ours[bit / Byte.SIZE] & mask) != (theirs[bit / Byte.SIZE] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    Link {
        prefixes = List.copyOf(prefixes);
    }

    /** Whether an address belongs to the link itself; a message from any other has been routed (RFC 6762 §11). */
    boolean covers(InetAddress source) {
        if (source instanceof Inet6Address ip6 && ip6.isLinkLocalAddress() && ip6.getScopeId() != 0) {
            return ip6.getScopeId() == index;
        }
        return prefixes.stream().anyMatch(prefix -> prefix.covers(source));
    }

    boolean has(InetAddress own) {
        return prefixes.stream().anyMatch(prefix -> prefix.address().equals(own));
    }

    boolean hasIp6() {
        return prefixes.stream().anyMatch(prefix -> prefix.address() instanceof Inet6Address);
    }

    boolean hasIp4() {
        return prefixes.stream().anyMatch(prefix -> !(prefix.address() instanceof Inet6Address));
    }
}
