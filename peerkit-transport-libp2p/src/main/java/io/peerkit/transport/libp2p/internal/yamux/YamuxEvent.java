// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import io.peerkit.transport.libp2p.internal.muxer.WriteResult;

/** What {@link YamuxSession#pollEvent} tells the driver. Events of one stream come in the order in which they happened. */
public sealed interface YamuxEvent {
    /**
     * The peer opened a stream; {@link YamuxStream#accept} it or {@link YamuxStream#reset} it.
     *
     * @param stream the new stream
     */
    record StreamOpened(YamuxStream stream) implements YamuxEvent {}

    /**
     * A stream that had nothing to read now has. Comes again only after everything was read.
     *
     * @param stream the stream
     */
    record DataAvailable(YamuxStream stream) implements YamuxEvent {}

    /**
     * The peer closed its direction; what is queued can still be read.
     *
     * @param stream the stream
     */
    record RemoteClosed(YamuxStream stream) implements YamuxEvent {}

    /**
     * The stream ended at once, and what was queued in either direction is gone. Not told for a reset that the driver
     * asked for.
     *
     * @param stream the stream
     * @param cause who ended it
     * @param code the peer's error code, 0 when it gave none
     */
    record Reset(YamuxStream stream, ResetCause cause, long code) implements YamuxEvent {}

    /**
     * A stream that refused a write as {@link WriteResult#FULL} has half of its send buffer free again.
     *
     * @param stream the stream
     */
    record Writable(YamuxStream stream) implements YamuxEvent {}

    /**
     * All bytes of an accepted write were handed out by {@link YamuxSession#pollOutput}.
     *
     * @param stream the stream
     * @param token what the write was given
     */
    record Written(YamuxStream stream, Object token) implements YamuxEvent {}

    /**
     * An accepted write was dropped, wholly or in part, because the stream was reset.
     *
     * @param stream the stream
     * @param token what the write was given
     */
    record Dropped(YamuxStream stream, Object token) implements YamuxEvent {}

    /**
     * The peer answered the ping of {@link YamuxSession#ping}.
     *
     * @param roundTripNanos from handing out the ping to its answer
     */
    record Pong(long roundTripNanos) implements YamuxEvent {}

    /**
     * The peer wants no new streams; told once. Those that exist go on.
     *
     * @param code the reason, {@link Yamux#GO_AWAY_NORMAL} and so on
     */
    record GoAway(long code) implements YamuxEvent {}

    /**
     * The peer broke the protocol. All streams are reset; the driver sends what {@link YamuxSession#pollOutput} still
     * gives (a go-away) and closes the connection.
     *
     * @param message names the field, its value and the bound
     */
    record ProtocolError(String message) implements YamuxEvent {}
}
