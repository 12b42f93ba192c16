// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.muxer;

/** What became of a write. */
public enum WriteResult {
    /** Queued; the muxer owns the buffer. */
    ACCEPTED,
    /** The stream's send buffer is full; later may work. The caller owns the buffer. */
    FULL,
    /** This direction was closed or the stream reset; trying again never helps. The caller owns the buffer. */
    CLOSED
}
