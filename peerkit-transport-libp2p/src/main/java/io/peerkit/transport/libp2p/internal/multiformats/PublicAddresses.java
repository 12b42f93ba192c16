// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multiformats;

import java.net.InetAddress;

/** Tells addresses of the internet from those that mean something only in one network. */
public final class PublicAddresses {
    private static final int IP6_BYTES = 16;

    private PublicAddresses() {}

    /**
     * Whether an address may be reached from anywhere.
     *
     * @param address a multiaddr; of a relayed one it is not asked where it leads in the end
     * @return true for a public IP address, and for a host name, of which nothing is known
     */
    public static boolean isPublic(Multiaddr address) {
        return !address.isRelayed()
                && address.ip()
                        .map(PublicAddresses::isPublic)
                        .orElse(address.host().isPresent());
    }

    /**
     * Whether an address may be reached from anywhere.
     *
     * @param ip an IP address
     * @return false for those of private networks (RFC 1918, RFC 4193), of a provider's own (RFC 6598), link-local and
     *     loopback ones, groups, and none
     */
    public static boolean isPublic(InetAddress ip) {
        byte[] bytes = ip.getAddress();
        boolean ofProvider = bytes.length == Integer.BYTES && bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
        boolean uniqueLocal = bytes.length == IP6_BYTES && (bytes[0] & 0xfe) == 0xfc;
        boolean noHost = bytes.length == Integer.BYTES && (bytes[0] == 0 || (bytes[0] & 0xf0) == 0xf0);
        return !(ip.isSiteLocalAddress()
                || ip.isLinkLocalAddress()
                || ip.isLoopbackAddress()
                || ip.isAnyLocalAddress()
                || ip.isMulticastAddress()
                || ofProvider
                || uniqueLocal
                || noHost);
    }
}
