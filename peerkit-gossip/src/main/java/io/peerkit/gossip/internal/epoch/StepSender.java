// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.gossip.internal.stream.FrameChannel;

/** Sends the lists of a closing, the next part when those before it have left. */
final class StepSender {
    /** With more than this many bytes unsent nothing is sent. */
    private static final long AHEAD_BYTES = 524_288;

    private final FrameChannel channel;
    private final EpochStep step;
    private int at;

    StepSender(FrameChannel channel, EpochStep step) {
        this.channel = channel;
        this.step = step;
    }

    /** Sends what may be sent now; true when all is sent. */
    boolean send() {
        int added = step.added().size();
        int all = added + step.deleted().size();
        while (at < all && channel.unsentBytes() <= AHEAD_BYTES) {
            DigestList list = at < added ? step.added() : step.deleted();
            int from = at < added ? at : at - added;
            int to = Math.min(list.size(), from + EpochFrameCodec.MAX_DIGESTS);
            channel.send(EpochFrameCodec.encode(new EpochFrame.Digests(list.pack(from, to))));
            at += to - from;
        }
        return at == all;
    }
}
