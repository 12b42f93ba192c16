// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.stream.FrameChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The asking side of an epochs stream: gives the peer's frames to a {@link CatchUp}. Belongs to the node loop. */
final class AskedEpochs implements FrameChannel.Handler {
    private final CatchUp machine;
    private final FrameChannel channel;
    private final NodeLoop loop;
    private final Duration patience;
    private final CompletableFuture<CatchUp.Result> result = new CompletableFuture<>();
    private NodeLoop.Timer watch;
    private boolean progress;

    /**
     * @param patience how long the peer may be silent
     */
    AskedEpochs(NodeLoop loop, CatchUp machine, PeerStream stream, Duration patience) {
        this.loop = loop;
        this.machine = machine;
        this.patience = patience;
        this.channel = new FrameChannel(stream, loop, EpochFrameCodec.MAX_FRAME_BYTES, this);
        this.watch = loop.schedule(patience, this::look);
    }

    /** Asks; the future completes on the loop. */
    CompletableFuture<CatchUp.Result> start() {
        channel.send(EpochFrameCodec.encode(machine.ask()));
        channel.read();
        return result;
    }

    private void look() {
        if (!progress) {
            failed(new PeerUnreachableException("peer was silent on an epochs stream for " + patience));
            return;
        }
        progress = false;
        watch = loop.schedule(patience, this::look);
    }

    @Override
    public void frame(byte[] payload) {
        progress = true;
        Optional<CatchUp.Result> complete = machine.received(EpochFrameCodec.decode(payload));
        if (complete.isPresent()) {
            watch.cancel();
            channel.finish();
            result.complete(complete.get());
        }
    }

    @Override
    public void ended() {
        failed(new InvalidBytesException("epochs stream ended before the answer was complete"));
    }

    @Override
    public void failed(Throwable reason) {
        watch.cancel();
        channel.reset();
        result.completeExceptionally(reason);
    }
}
