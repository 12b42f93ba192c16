// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.stream.FrameChannel;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Answers an agent of the authority that asks for a signature. Belongs to the node loop. */
final class ServedSignature implements FrameChannel.Handler {
    /**
     * What is answered.
     *
     * @param signature when this node signs
     * @param reason why not, otherwise
     * @param promised what it signed before for the same number
     */
    record Answer(Optional<byte[]> signature, String reason, Optional<EpochStep> promised) {}

    private final NodeLoop loop;
    private final EpochLedger ledger;
    private final Function<EpochStep, CompletableFuture<Answer>> decide;
    private final Runnable over;
    private final FrameChannel channel;
    private final NodeLoop.Timer watch;
    private Optional<StepReader> reader = Optional.empty();
    private Optional<StepSender> sender = Optional.empty();
    private boolean answered;
    private boolean ended;

    /**
     * @param decide looks at a whole proposal
     * @param over is told when the stream has ended
     * @param patience how long all of it may take
     */
    ServedSignature(
            NodeLoop loop,
            EpochLedger ledger,
            Function<EpochStep, CompletableFuture<Answer>> decide,
            Runnable over,
            PeerStream stream,
            Duration patience) {
        this.loop = loop;
        this.ledger = ledger;
        this.decide = decide;
        this.over = over;
        this.channel = new FrameChannel(stream, loop, EpochFrameCodec.MAX_FRAME_BYTES, this);
        this.watch = loop.schedule(patience, this::close);
    }

    void read() {
        channel.read();
    }

    @Override
    public void frame(byte[] payload) {
        EpochFrame frame = EpochFrameCodec.decode(payload);
        if (answered) {
            return; // The rest of the lists of a proposal that was declined at once.
        }
        if (frame instanceof EpochFrame.Propose propose && reader.isEmpty()) {
            EpochStatement statement = propose.statement().statement();
            Optional<String> objection = Cosigning.objection(ledger, statement);
            if (objection.isPresent()) {
                answer(new Answer(Optional.empty(), objection.get(), Optional.empty()));
            } else {
                reader = Optional.of(new StepReader(statement));
                proceed(reader.get().next());
            }
        } else if (frame instanceof EpochFrame.Digests digests && reader.isPresent()) {
            proceed(reader.get().add(digests));
        } else {
            throw new InvalidBytesException(
                    "epochs frame " + frame.getClass().getSimpleName() + " in place of a proposal");
        }
    }

    private void proceed(Optional<EpochStep> whole) {
        if (whole.isPresent()) {
            LoopHop.then(loop, decide.apply(whole.get()), this::answer, reason -> close());
        }
    }

    private void answer(Answer given) {
        if (ended) {
            return;
        }
        answered = true;
        channel.send(EpochFrameCodec.encode(
                given.signature().isPresent()
                        ? new EpochFrame.Signature(given.signature().get())
                        : new EpochFrame.Decline(
                                given.reason(),
                                given.promised().map(step -> new SignedStatement(step.statement(), new TreeMap<>())))));
        sender = given.promised().map(step -> new StepSender(channel, step));
        sent();
    }

    @Override
    public void sent() {
        if (answered && sender.map(StepSender::send).orElse(true)) {
            finish();
        }
    }

    private void finish() {
        if (!ended) {
            ended = true;
            watch.cancel();
            channel.finish();
            over.run();
        }
    }

    void close() {
        channel.reset();
        finish();
    }

    @Override
    public void ended() {
        if (reader.isEmpty()) {
            close();
        }
    }

    @Override
    public void failed(Throwable reason) {
        close();
    }
}
