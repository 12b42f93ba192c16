// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.stream.FrameChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A stream on which this node asks a peer what it holds. Belongs to the node loop. */
final class HoldersStream implements FrameChannel.Handler {
    /** What comes later counts for nothing anyway. */
    private static final Duration PATIENCE = Duration.ofMillis(HolderRound.WINDOW_MILLIS);

    private final FrameChannel channel;
    private final NodeLoop.Timer watch;
    private final CompletableFuture<HoldersFrame> answer = new CompletableFuture<>();

    HoldersStream(NodeLoop loop, PeerStream stream) {
        this.channel = new FrameChannel(stream, loop, HoldersFrameCodec.MAX_FRAME_BYTES, this);
        this.watch =
                loop.schedule(PATIENCE, () -> failed(new PeerUnreachableException("a peer did not say what it holds")));
    }

    /** Asks; the future completes on the loop. */
    CompletableFuture<HoldersFrame> ask(HoldersFrame.Ask question) {
        channel.send(HoldersFrameCodec.encode(question));
        channel.read();
        return answer;
    }

    @Override
    public void frame(byte[] payload) {
        HoldersFrame frame = HoldersFrameCodec.decode(payload);
        if (frame instanceof HoldersFrame.Ask) {
            throw new InvalidBytesException("question against the direction of a holders stream");
        }
        watch.cancel();
        channel.finish();
        answer.complete(frame);
    }

    @Override
    public void ended() {
        failed(new PeerUnreachableException("a peer closed a holders stream without an answer"));
    }

    @Override
    public void failed(Throwable reason) {
        watch.cancel();
        channel.reset();
        answer.completeExceptionally(reason);
    }
}
