// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.netty.channel.ChannelHandler;
import io.peerkit.api.PeerkitException;

/** A handler that knows how its channel is closed when the transport is. */
public interface ConnectionEnd extends ChannelHandler {
    /**
     * Closes the channel; on its event loop.
     *
     * @param why what to tell who waits
     */
    void end(PeerkitException why);
}
