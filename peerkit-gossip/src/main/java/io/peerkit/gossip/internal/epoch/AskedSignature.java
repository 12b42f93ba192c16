// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.stream.FrameChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Asks an agent of the authority to sign a closing. Belongs to the node loop. */
final class AskedSignature implements FrameChannel.Handler {
    /**
     * What it said.
     *
     * @param signature not checked, when it signed
     * @param reason why not, otherwise
     * @param promised what it signed before for the same number
     */
    record Answer(Optional<byte[]> signature, String reason, Optional<EpochStep> promised) {}

    private final NodeLoop.Timer watch;
    private final FrameChannel channel;
    private final EpochStep step;
    private final StepSender sender;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private Optional<EpochFrame.Decline> declined = Optional.empty();
    private Optional<StepReader> promised = Optional.empty();

    /**
     * @param patience how long all of it may take
     */
    AskedSignature(NodeLoop loop, EpochStep step, PeerStream stream, Duration patience) {
        this.step = step;
        this.channel = new FrameChannel(stream, loop, EpochFrameCodec.MAX_FRAME_BYTES, this);
        this.sender = new StepSender(channel, step);
        this.watch = loop.schedule(
                patience, () -> failed(new PeerUnreachableException("no answer to a proposal within " + patience)));
    }

    /** Asks; the future completes on the loop. */
    CompletableFuture<Answer> start() {
        channel.send(
                EpochFrameCodec.encode(new EpochFrame.Propose(new SignedStatement(step.statement(), new TreeMap<>()))));
        sender.send();
        channel.read();
        return answer;
    }

    @Override
    public void frame(byte[] payload) {
        EpochFrame frame = EpochFrameCodec.decode(payload);
        if (frame instanceof EpochFrame.Signature signature && declined.isEmpty()) {
            end(new Answer(Optional.of(signature.signature()), "", Optional.empty()));
        } else if (frame instanceof EpochFrame.Decline decline && declined.isEmpty()) {
            declined = Optional.of(decline);
            promised = decline.promised().map(signed -> new StepReader(signed.statement()));
            proceed(promised.flatMap(StepReader::next));
        } else if (frame instanceof EpochFrame.Digests digests && promised.isPresent()) {
            proceed(promised.get().add(digests));
        } else {
            throw new InvalidBytesException(
                    "epochs frame " + frame.getClass().getSimpleName() + " in answer to a proposal");
        }
    }

    private void proceed(Optional<EpochStep> whole) {
        if (promised.isEmpty() || whole.isPresent()) {
            end(new Answer(Optional.empty(), declined.orElseThrow().reason(), whole));
        }
    }

    private void end(Answer given) {
        watch.cancel();
        channel.finish();
        answer.complete(given);
    }

    @Override
    public void sent() {
        sender.send();
    }

    @Override
    public void ended() {
        failed(new InvalidBytesException("stream ended before a proposal was answered"));
    }

    @Override
    public void failed(Throwable reason) {
        watch.cancel();
        channel.reset();
        answer.completeExceptionally(reason);
    }
}
