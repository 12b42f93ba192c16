// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.carrier;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One address being dialed.
 *
 * @param address where
 * @param expected whom the address named; anyone when empty
 * @param loop on which to run
 * @param upgraded completes with the secured connection. Done before that when the attempt is given up
 * @param release gives the place back that the connection has in the limits; repeating it does nothing
 */
public record DialAttempt(
        Multiaddr address,
        Optional<PeerId> expected,
        EventLoop loop,
        CompletableFuture<Connection> upgraded,
        Runnable release) {
    /**
     * Ties a channel to the attempt: it closes when the attempt fails, and frees its place when it is closed.
     *
     * @param channel opened for this attempt
     */
    public void tie(Channel channel) {
        channel.closeFuture().addListener(gone -> release.run());
        var unused = upgraded.whenComplete((connection, failure) -> {
            if (failure != null) {
                var unusedToo = channel.close();
            }
        });
    }

    /**
     * Ends the attempt before any channel was tied to it.
     *
     * @param why the reason
     */
    public void fail(Throwable why) {
        release.run();
        upgraded.completeExceptionally(why);
    }
}
