// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.stream.FrameChannel;
import java.util.concurrent.CompletableFuture;

/** A stream on which this node asks a peer one question. Belongs to the node loop. */
final class LocateStream implements FrameChannel.Handler {
    private final FrameChannel channel;
    private final CompletableFuture<LocateFrame> answer = new CompletableFuture<>();

    LocateStream(NodeLoop loop, PeerStream stream) {
        this.channel = new FrameChannel(stream, loop, LocateFrameCodec.MAX_ANSWER_BYTES, this);
    }

    /** Asks; the future completes on the loop, with an answer that is not checked. */
    CompletableFuture<LocateFrame> ask(Wanted wanted) {
        channel.send(LocateFrameCodec.encode(new LocateFrame.Find(wanted)));
        channel.read();
        return answer;
    }

    /** The answer is not wanted any more; the future does not complete. */
    void drop() {
        channel.reset();
    }

    @Override
    public void frame(byte[] payload) {
        LocateFrame frame = LocateFrameCodec.decode(payload);
        if (frame instanceof LocateFrame.Find) {
            throw new InvalidBytesException("question against the direction of a locate stream");
        }
        channel.finish();
        answer.complete(frame);
    }

    @Override
    public void ended() {
        channel.reset();
        answer.completeExceptionally(new PeerUnreachableException("the peer closed a locate stream without an answer"));
    }

    @Override
    public void failed(Throwable reason) {
        answer.completeExceptionally(reason);
    }
}
