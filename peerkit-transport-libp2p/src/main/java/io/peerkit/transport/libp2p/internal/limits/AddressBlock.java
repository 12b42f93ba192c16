// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.limits;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * The addresses that count as one: a single IPv4 address, or the 2^64 of an IPv6 network that any one customer has to itself.
 *
 * @param bytes of IPv4 all four, of IPv6 the first eight
 */
public record AddressBlock(ByteBuffer bytes) {
    private static final int IP6_NETWORK_BYTES = 8;

    /**
     * The block of an address.
     *
     * @param address any address
     * @return the block that it counts against; one that is local to a link counts for itself
     */
    public static AddressBlock of(InetAddress address) {
        byte[] all = address.getAddress();
        boolean network = all.length > Integer.BYTES && !address.isLinkLocalAddress() && !address.isLoopbackAddress();
        return new AddressBlock(ByteBuffer.wrap(all, 0, network ? IP6_NETWORK_BYTES : all.length));
    }
}
