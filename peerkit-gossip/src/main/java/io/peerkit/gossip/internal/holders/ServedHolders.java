// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.stream.FrameChannel;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.time.Duration;

/** The answering side of a holders stream. Belongs to the node loop. */
final class ServedHolders implements FrameChannel.Handler {
    /** How long question and answer may take together: no longer than the answer is worth anything. */
    private static final Duration PATIENCE = Duration.ofMillis(HolderRound.WINDOW_MILLIS);

    private final HolderServer server;
    private final NodeLoop loop;
    private final Peer peer;
    private final FrameChannel channel;
    private final NodeLoop.Timer watch;
    private boolean asked;

    ServedHolders(HolderServer server, NodeLoop loop, Peer peer, PeerStream stream) {
        this.server = server;
        this.loop = loop;
        this.peer = peer;
        this.channel = new FrameChannel(stream, loop, HoldersFrameCodec.MAX_FRAME_BYTES, this);
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
        if (asked || !(HoldersFrameCodec.decode(payload) instanceof HoldersFrame.Ask ask)) {
            throw new InvalidBytesException("more than one question on a holders stream");
        }
        asked = true;
        LoopHop.then(loop, server.answer(peer, ask), this::answer, reason -> close());
    }

    private void answer(HoldersFrame frame) {
        channel.send(HoldersFrameCodec.encode(frame));
        channel.finish();
        end();
    }

    @Override
    public void ended() {
        if (!asked) {
            close();
        }
    }

    @Override
    public void failed(Throwable reason) {
        if (reason instanceof InvalidBytesException invalid) {
            server.lied(this, invalid);
        }
        end();
    }

    void close() {
        channel.reset();
        end();
    }

    private void end() {
        watch.cancel();
        server.closed(this);
    }
}
