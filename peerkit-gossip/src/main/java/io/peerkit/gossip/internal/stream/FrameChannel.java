// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.stream;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.cbor.FrameReader;
import io.peerkit.cbor.Frames;
import io.peerkit.gossip.NodeLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries frames over a stream: reads as long as its handler has room, counts what waits to be sent.
 *
 * <p>Belongs to the node loop; calls of the stream are brought back to it.
 */
public final class FrameChannel {
    /** How long a finished channel waits for the peer to finish too, before it resets the stream. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(FrameChannel.class);

    /** Is told on the loop what happens on the stream. */
    public interface Handler {
        /**
         * A frame came.
         *
         * @throws InvalidBytesException to give the stream up
         */
        void frame(byte[] payload);

        /** All frames that came together were handled. */
        default void framesHandled() {}

        /** Whether there is no room for more frames now; {@link FrameChannel#read} goes on later. */
        default boolean isFull() {
            return false;
        }

        /** Something left for the wire. */
        default void sent() {}

        /** The peer closed its side. */
        void ended();

        /** The stream is lost and was reset; nothing follows. */
        void failed(Throwable reason);
    }

    private final PeerStream stream;
    private final NodeLoop loop;
    private final Handler handler;
    private final FrameReader reader;
    private boolean reading;
    private boolean ended;
    private boolean finished;
    private boolean closed;
    private long unsent;
    private Optional<NodeLoop.Timer> closing = Optional.empty();

    /**
     * @param stream freshly opened
     * @param loop the node loop
     * @param maxFrameBytes the longest frame accepted
     * @param handler is told what happens
     */
    public FrameChannel(PeerStream stream, NodeLoop loop, int maxFrameBytes, Handler handler) {
        this.stream = stream;
        this.loop = loop;
        this.handler = handler;
        this.reader = new FrameReader(maxFrameBytes);
    }

    /** Begins or goes on to read. */
    public void read() {
        if (reading || ended || closed || (!finished && handler.isFull())) {
            return;
        }
        reading = true;
        LoopHop.then(loop, stream.read(), this::arrived, this::lost);
    }

    private void arrived(Optional<byte[]> chunk) {
        reading = false;
        if (closed) {
            return;
        }
        if (chunk.isPresent()) {
            if (handle(ByteBuffer.wrap(chunk.get()))) {
                read();
            }
        } else if (reader.isMidFrame()) {
            fail(new InvalidBytesException("stream ended within a frame"));
        } else {
            ended = true;
            if (finished) {
                closed();
            } else {
                handler.ended();
            }
        }
    }

    private void lost(Throwable failure) {
        reading = false;
        fail(failure);
    }

    private boolean handle(ByteBuffer chunk) {
        try {
            for (Optional<byte[]> frame = reader.next(chunk);
                    frame.isPresent() && !closed;
                    frame = reader.next(chunk)) {
                if (finished) {
                    throw new InvalidBytesException("frame behind the end of the session");
                }
                handler.frame(frame.get());
            }
            if (!closed && !finished) {
                handler.framesHandled();
            }
            return !closed;
        } catch (PeerkitException e) {
            fail(e);
        } catch (RuntimeException e) {
            // Ours, not the peer's; the stream is given up, the node goes on.
            LOG.error("failed to handle a frame of {} from node {}", stream.protocol(), stream.node(), e);
            fail(e);
        }
        return false;
    }

    /**
     * Sends a frame behind those before.
     *
     * @param payload not changed afterwards
     */
    public void send(byte[] payload) {
        if (!closed) {
            sendFrame(Frames.write(payload));
        }
    }

    /**
     * Sends a frame that has its length in front already, behind those before.
     *
     * @param frame not changed afterwards
     */
    public void sendFrame(byte[] frame) {
        if (closed) {
            return;
        }
        unsent += frame.length;
        LoopHop.then(
                loop,
                stream.write(frame),
                written -> {
                    unsent -= frame.length;
                    if (!closed && !finished) {
                        handler.sent();
                    }
                },
                this::fail);
    }

    /** The bytes that were given to {@link #send} and have not left yet. */
    public long unsentBytes() {
        return unsent;
    }

    /** Whether the stream is lost, reset, or closed on both sides. */
    public boolean isClosed() {
        return closed;
    }

    /** Closes this side, waits for the peer to close its own; the handler hears no more. */
    public void finish() {
        if (closed || finished) {
            return;
        }
        finished = true;
        LoopHop.then(loop, stream.closeWrite(), done -> {}, failure -> reset());
        if (ended) {
            closed();
            return;
        }
        read();
        closing = Optional.of(loop.schedule(CLOSE_TIMEOUT, this::reset));
    }

    /** Gives the stream up; the handler hears no more. */
    public void reset() {
        if (!closed) {
            closed();
            stream.reset();
        }
    }

    /** Takes the timer back: a peer that opens and ends streams fast would leave thousands of them. */
    private void closed() {
        closed = true;
        closing.ifPresent(NodeLoop.Timer::cancel);
    }

    private void fail(Throwable reason) {
        if (closed) {
            return;
        }
        boolean tell = !finished;
        reset();
        if (tell) {
            handler.failed(reason);
        }
    }
}
