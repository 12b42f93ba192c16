// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.stream.FrameChannel;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.time.Duration;
import java.util.Optional;

/** The answering side of a locate stream. Belongs to the node loop. */
final class ServedQuestion implements FrameChannel.Handler {
    /** How long question and answer may take together; a peer that takes neither gives its place to others. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LocateServer server;
    private final NodeLoop loop;
    private final Peer peer;
    private final FrameChannel channel;
    private final NodeLoop.Timer watch;
    private boolean asked;
    private boolean answered;
    private boolean over;

    ServedQuestion(LocateServer server, NodeLoop loop, Peer peer, PeerStream stream) {
        this.server = server;
        this.loop = loop;
        this.peer = peer;
        this.channel = new FrameChannel(stream, loop, LocateFrameCodec.MAX_QUESTION_BYTES, this);
        this.watch = loop.schedule(PATIENCE, this::close);
    }

    Peer peer() {
        return peer;
    }

    void read() {
        channel.read();
    }

    @Override
    public void frame(byte[] payload) {
        if (asked || !(LocateFrameCodec.decode(payload) instanceof LocateFrame.Find find)) {
            throw new InvalidBytesException("more than one question on a locate stream");
        }
        asked = true;
        LoopHop.then(loop, server.answer(peer, find.wanted()), this::answer, reason -> close());
    }

    private void answer(LocateFrame frame) {
        answered = true;
        channel.send(LocateFrameCodec.encode(frame));
        sent();
    }

    @Override
    public void sent() {
        if (answered && channel.unsentBytes() == 0) {
            channel.finish();
            end(Optional.empty());
        }
    }

    @Override
    public void ended() {
        if (!asked) {
            close();
        }
    }

    @Override
    public void failed(Throwable reason) {
        end(Optional.of(reason));
    }

    void close() {
        channel.reset();
        end(Optional.empty());
    }

    private void end(Optional<Throwable> reason) {
        if (!over) {
            over = true;
            watch.cancel();
            server.closed(this, reason);
        }
    }
}
