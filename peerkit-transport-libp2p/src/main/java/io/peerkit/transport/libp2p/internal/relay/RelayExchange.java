// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.connection.StreamDriver;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.connection.WriteListener;
import io.peerkit.transport.libp2p.internal.stream.FrameInput;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Waits for one message on a stream and takes no byte beyond it: what follows belongs to the circuit. Until the next driver
 * comes nothing more is read.
 */
final class RelayExchange implements StreamDriver {
    private final Substream stream;
    private final FrameInput frames = new FrameInput("relay message", RelayProtocol.MAX_MESSAGE_BYTES);
    private final CompletableFuture<byte[]> message = new CompletableFuture<>();
    private final Runnable cancelTimeout;

    private RelayExchange(Substream stream, Duration timeout) {
        this.stream = stream;
        cancelTimeout = stream.connection()
                .after(
                        timeout,
                        () -> fail(new PeerUnreachableException(
                                "node " + stream.connection().node() + " sent no relay message within " + timeout)));
    }

    /**
     * Waits for what the peer asks; on the stream's event loop.
     *
     * @return a future completed on the event loop; failed when the stream is, which it is then too when the peer is too
     *     slow or says too much
     */
    static CompletableFuture<byte[]> receive(Substream stream, Duration timeout) {
        RelayExchange exchange = new RelayExchange(stream, timeout);
        stream.drive(exchange);
        return exchange.message;
    }

    /** Sends a message and waits for the answer, as {@link #receive}. */
    static CompletableFuture<byte[]> ask(Substream stream, byte[] question, Duration timeout) {
        stream.write(FrameInput.withLength(question), WriteListener.NONE);
        return receive(stream, timeout);
    }

    /** Sends a message. */
    static void answer(Substream stream, byte[] answer) {
        stream.write(FrameInput.withLength(answer), WriteListener.NONE);
    }

    @Override
    public void readable() {
        if (message.isDone()) {
            return;
        }
        Optional<byte[]> frame = frames.next(stream);
        if (frame.isPresent()) {
            cancelTimeout.run();
            message.complete(frame.get());
        } else if (stream.isInputEnded()) {
            throw new PeerUnreachableException(
                    "node " + stream.connection().node() + " closed a relay stream without a message");
        }
    }

    private void fail(PeerkitException why) {
        stream.reset();
        broken(why);
    }

    @Override
    public void broken(PeerkitException cause) {
        cancelTimeout.run();
        message.completeExceptionally(cause);
    }
}
