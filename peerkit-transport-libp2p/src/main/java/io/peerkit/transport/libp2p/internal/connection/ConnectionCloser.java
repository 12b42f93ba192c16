// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.netty.channel.Channel;
import io.peerkit.api.PeerkitException;

/** Closes channels of any kind in the way that suits what they have become. */
public final class ConnectionCloser {
    private ConnectionCloser() {}

    /**
     * Closes a channel; on its event loop.
     *
     * @param channel a connection, one still in its handshake, or a listening socket
     * @param why what to tell who waits
     */
    public static void close(Channel channel, PeerkitException why) {
        ConnectionEnd end = channel.pipeline().get(ConnectionEnd.class);
        ConnectionHandler open = channel.pipeline().get(ConnectionHandler.class);
        UpgradeHandler upgrading = channel.pipeline().get(UpgradeHandler.class);
        if (open != null) {
            open.close(why);
        } else if (upgrading != null) {
            upgrading.close(channel, why);
        } else if (end != null) {
            end.end(why);
        } else {
            var unused = channel.close();
        }
    }
}
