// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.carrier;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The address of a UDP socket on which QUIC is spoken. */
public final class QuicSocketAddress extends InetSocketAddress {
    private static final long serialVersionUID = 1L;

    /**
     * An address that is looked up.
     *
     * @param ip the address
     * @param port the UDP port
     */
    public QuicSocketAddress(InetAddress ip, int port) {
        super(ip, port);
    }

    /**
     * The same for others.
     *
     * @return {@code /ip4/…/udp/…/quic-v1} or {@code /ip6/…/udp/…/quic-v1}
     */
    public Multiaddr toMultiaddr() {
        return Multiaddr.ofQuic(getAddress(), getPort());
    }
}
