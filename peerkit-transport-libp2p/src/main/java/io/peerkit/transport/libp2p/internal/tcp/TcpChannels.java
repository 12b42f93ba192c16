// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tcp;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.time.Duration;

/** The settings of TCP sockets, whatever is spoken over them. */
public final class TcpChannels {
    /** The least and the most that one read of a socket takes, in bytes. */
    private static final int MIN_READ_BYTES = 2_048;

    private static final int FIRST_READ_BYTES = 16_384;
    private static final int MAX_READ_BYTES = 262_144;

    /** Above the second figure in bytes nothing more is given to a socket, until it falls below the first. */
    private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(262_144, 524_288);

    private TcpChannels() {}

    /**
     * Sets what suits connections between nodes.
     *
     * @param channel a connection, opened by either side
     * @param connectTimeout how long the first packets may take
     */
    public static void configure(Channel channel, Duration connectTimeout) {
        ChannelConfig config = channel.config();
        config.setOption(ChannelOption.TCP_NODELAY, true);
        config.setConnectTimeoutMillis((int) connectTimeout.toMillis());
        config.setWriteBufferWaterMark(UNSENT);
        config.setRecvByteBufAllocator(
                new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, FIRST_READ_BYTES, MAX_READ_BYTES));
    }
}
