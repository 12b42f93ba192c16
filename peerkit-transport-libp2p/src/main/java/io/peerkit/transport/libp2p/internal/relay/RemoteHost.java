// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * From where a peer comes, for limits: an IPv4 address, or the first 64 bits of an IPv6 address, since that is what one
 * household has to itself.
 *
 * @param value names it; equal for equal origins
 */
public record RemoteHost(String value) {
    private static final int IP6_PREFIX_BYTES = 8;

    /** A peer whose socket is gone, or is none. All of them count as one. */
    private static final RemoteHost UNKNOWN = new RemoteHost("unknown");

    static RemoteHost of(@Nullable SocketAddress remote) {
        return remote instanceof InetSocketAddress socket && socket.getAddress() != null
                ? of(socket.getAddress())
                : UNKNOWN;
    }

    static RemoteHost of(InetAddress address) {
        return address instanceof Inet6Address
                ? new RemoteHost(
                        HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), IP6_PREFIX_BYTES)) + "/64")
                : new RemoteHost(address.getHostAddress());
    }
}
