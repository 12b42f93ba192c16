// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.muxer;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** One stream of a {@link Muxer}. Belongs to the event loop of the connection. */
public interface MuxedStream {
    /**
     * Lets the driver keep its own state with the stream.
     *
     * @param driverState replaces what was attached before
     */
    void attach(Object driverState);

    /**
     * Queues bytes to be sent.
     *
     * @param data the bytes; owned by the muxer when the answer is {@link WriteResult#ACCEPTED}, else by the caller
     * @param token is told of exactly once when accepted: that it was sent, or that it never will be
     * @return what became of the write
     */
    WriteResult write(ByteBuf data, Object token);

    /** Closes this side's direction once everything written before was sent. Without effect the second time. */
    void closeWrite();

    /**
     * Takes bytes that arrived. What is taken counts as consumed: it lets the peer send as much more, so take only what
     * the application asked for.
     *
     * @param maxBytes the most to take, at least 1
     * @param nowNanos the time, in nanoseconds from any fixed point
     * @return at least one byte, owned by the caller; null when nothing is there now (see {@link #isInputEnded})
     */
    @Nullable
    ByteBuf read(int maxBytes, long nowNanos);

    /**
     * What {@link #read} can take now.
     *
     * @return a number of bytes
     */
    int readableBytes();

    /**
     * Whether nothing will ever be there to read again.
     *
     * @return true when the peer closed its direction and everything was read, or the stream was reset
     */
    boolean isInputEnded();

    /**
     * Ends both directions at once and drops what is queued. Without effect on a stream that has ended.
     *
     * @param code tells the peer why, 0 for no reason; at most 32 bits
     */
    void reset(long code);
}
