// SPDX-License-Identifier: Apache-2.0
/**
 * Yamux: many streams with flow control over one ordered, reliable connection.
 *
 * <p>{@link io.peerkit.transport.libp2p.internal.yamux.YamuxSession} is a state machine: it is given bytes and the time,
 * and is asked for events and bytes. It has no thread, clock or channel. One owner (the connection's event loop) calls
 * the session and all its streams; nothing here is safe for use by two threads at once.
 *
 * <p><b>Who releases a buffer.</b> A buffer that is passed in belongs to the session from then on, except when
 * {@link io.peerkit.transport.libp2p.internal.yamux.YamuxStream#write} does not answer
 * {@link io.peerkit.transport.libp2p.internal.muxer.WriteResult#ACCEPTED}: then the caller still owns it. A buffer that
 * is handed out by {@link io.peerkit.transport.libp2p.internal.yamux.YamuxStream#read} belongs to the caller. When the
 * driver is done with the session it calls
 * {@link io.peerkit.transport.libp2p.internal.yamux.YamuxSession#close}, which releases all that is left.
 */
package io.peerkit.transport.libp2p.internal.yamux;
