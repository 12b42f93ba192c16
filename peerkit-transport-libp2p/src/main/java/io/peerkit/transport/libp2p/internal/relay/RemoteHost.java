// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.transport.libp2p.internal.limits.AddressBlock;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From where a peer comes, for limits.
 *
 * @param block its addresses; all peers without one, whose socket is gone or is none, count together
 */
public record RemoteHost(Optional<AddressBlock> block) {
    static RemoteHost of(@Nullable SocketAddress remote) {
        return new RemoteHost(
                remote instanceof InetSocketAddress socket
                        ? Optional.ofNullable(socket.getAddress()).map(AddressBlock::of)
                        : Optional.empty());
    }
}
