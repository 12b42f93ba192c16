// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import io.peerkit.api.InvalidSettingException;

/**
 * What one session may use.
 *
 * @param maxFrameBytes the most payload put into one data frame; small frames let streams take turns. 1 KiB to 1 MiB
 * @param sendBufferBytes what may wait to be sent on one stream before writes are refused; 1 to 1 GiB
 * @param maxWindowBytes how far the receive window of one stream may grow; 256 KiB to 16 MiB
 * @param maxReceiveBytes what may wait to be read on all streams together. Windows grow only while their sum stays below
 *     it; when a peer fills so many initial windows that it is passed nevertheless, the stream that holds most is reset.
 *     256 KiB to 1 GiB. Up to four times as much memory may be held, see {@link ReceiveQueue}
 * @param maxInboundStreams streams opened by the peer that may exist at once; more are reset. At least 1
 * @param maxOutboundStreams streams opened by this side that may exist at once; at least 1
 * @param maxUnacknowledgedStreams streams opened by this side that the peer has not accepted yet; at least 1. The
 *     specification asks for at most 256
 * @param resetBurst streams that the peer may open and reset in a burst before it counts as an attack; at least 1
 * @param resetsPerSecond how fast that allowance comes back; at least 1
 */
public record YamuxLimits(
        int maxFrameBytes,
        int sendBufferBytes,
        int maxWindowBytes,
        int maxReceiveBytes,
        int maxInboundStreams,
        int maxOutboundStreams,
        int maxUnacknowledgedStreams,
        int resetBurst,
        int resetsPerSecond) {
    /** What a queued write is charged above its length. */
    public static final int WRITE_COST_BYTES = SendQueue.WRITE_COST_BYTES;

    static final int KIB = 1024;
    static final int MIB = 1024 * KIB;
    static final int MIN_FRAME_BYTES = KIB;
    static final int MAX_FRAME_BYTES = MIB;
    static final int MAX_WINDOW_BYTES = 16 * MIB;
    static final int MAX_BUFFER_BYTES = 1024 * MIB;

    /** Checks every field. */
    public YamuxLimits {
        require("maxFrameBytes", maxFrameBytes, MIN_FRAME_BYTES, MAX_FRAME_BYTES);
        require("sendBufferBytes", sendBufferBytes, 1, MAX_BUFFER_BYTES);
        require("maxWindowBytes", maxWindowBytes, Yamux.INITIAL_WINDOW_BYTES, MAX_WINDOW_BYTES);
        require("maxReceiveBytes", maxReceiveBytes, Yamux.INITIAL_WINDOW_BYTES, MAX_BUFFER_BYTES);
        require("maxInboundStreams", maxInboundStreams, 1, Integer.MAX_VALUE);
        require("maxOutboundStreams", maxOutboundStreams, 1, Integer.MAX_VALUE);
        require("maxUnacknowledgedStreams", maxUnacknowledgedStreams, 1, Integer.MAX_VALUE);
        require("resetBurst", resetBurst, 1, Integer.MAX_VALUE);
        require("resetsPerSecond", resetsPerSecond, 1, Integer.MAX_VALUE);
    }

    /**
     * The limits of a connection between ordinary nodes.
     *
     * @return frames of 32 KiB, 256 KiB to send and up to 16 MiB to receive on a stream, 32 MiB to receive in all, 256
     *     inbound, 1,024 outbound and 256 unacknowledged streams, 1,000 resets and 200 more each second
     */
    public static YamuxLimits defaults() {
        return new YamuxLimits(32 * KIB, 256 * KIB, 16 * MIB, 32 * MIB, 256, 1024, 256, 1000, 200);
    }

    private static void require(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new InvalidSettingException("yamux " + name + " of " + value + ", must be " + min + " to " + max);
        }
    }
}
