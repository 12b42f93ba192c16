// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.carrier;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionContext;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** What a transport gives to its carriers. Safe for use by any thread. */
public interface CarrierHost {
    /**
     * What connections share.
     *
     * @return always the same
     */
    ConnectionContext context();

    /**
     * An event loop to use next; they take turns.
     *
     * @return a loop of the transport
     */
    EventLoop nextLoop();

    /**
     * How long one address may take.
     *
     * @return from the first packet until the peer has proven who it is
     */
    Duration dialTimeout();

    /**
     * Looks up host names.
     *
     * @return always the same
     */
    NameResolver names();

    /**
     * Whether a node is one to which this node dials from the port at which it listens, so that it can tell how the world sees
     * that port: a relay of this node's.
     *
     * @param peer any node
     * @return whether it is
     */
    boolean observes(PeerId peer);

    /**
     * Gives a channel to an event loop and closes it with the transport.
     *
     * @param channel not yet registered with a loop
     * @param loop the loop
     * @param failed fails when the channel cannot be registered or the transport is closed; the channel is closed then
     */
    void register(Channel channel, EventLoop loop, CompletableFuture<?> failed);

    /**
     * Closes a channel with the transport that has a loop already.
     *
     * @param channel registered
     * @return whether the transport is open; when not, close the channel
     */
    boolean track(Channel channel);

    /**
     * Takes a connection that a peer opened on a channel that has a loop already, within the limits.
     *
     * @param channel registered; tracked from now on
     * @param from the address against which it counts, where it has one of its own
     * @param upgraded what will complete with the secured connection
     * @return whether it may be; when not, close the channel
     */
    boolean accept(Channel channel, Optional<InetAddress> from, CompletableFuture<Connection> upgraded);

    /**
     * Takes a connection that a peer opened, within the limits, or closes it.
     *
     * @param channel not yet registered with a loop
     * @param loop where it is to run
     * @param from the address against which it counts, where it has one of its own
     * @param prepare fills the pipeline; given what to complete with the secured connection
     */
    void accept(
            Channel channel,
            EventLoop loop,
            Optional<InetAddress> from,
            Consumer<CompletableFuture<Connection>> prepare);
}
