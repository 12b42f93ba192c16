// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.util.Optional;

/**
 * Sockets that share a port: one listens, others dial from it, so that a router which keeps one mapping for a port shows the
 * world the port that is listened at. Where the system has no {@code SO_REUSEPORT} nothing is shared, and dials go out from
 * any port.
 */
final class SharedPorts {
    private static final boolean POSSIBLE = isPossible();

    private SharedPorts() {}

    private static boolean isPossible() {
        try (ServerSocket socket = new ServerSocket()) {
            return socket.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT);
        } catch (IOException e) {
            return false; // nor can anything else be opened
        }
    }

    static boolean possible() {
        return POSSIBLE;
    }

    /** To be called before the channel is bound. */
    static void share(Channel channel) {
        if (POSSIBLE) {
            channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
            channel.config().setOption(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
        }
    }

    /**
     * Whether somebody listens at a port already. A socket that shares its port would not be told, and the two would take
     * connections in turns.
     */
    static Optional<IOException> taken(InetSocketAddress address) {
        if (!POSSIBLE || address.getPort() == 0) {
            return Optional.empty();
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e);
        }
    }
}
