// SPDX-License-Identifier: Apache-2.0
/**
 * An encrypted connection and its streams: drives yamux over a channel, agrees on the protocol of each stream, notices
 * dead peers.
 *
 * <p>All mutable state of a connection and of its streams belongs to the connection's event loop. What the connection lets
 * in is decided by a {@link io.peerkit.transport.libp2p.internal.connection.ConnectionPolicy}.
 */
package io.peerkit.transport.libp2p.internal.connection;
