// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.transport.libp2p.internal.muxer.MuxedStream;
import io.peerkit.transport.libp2p.internal.muxer.Muxer;
import io.peerkit.transport.libp2p.internal.muxer.WriteResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Streams without an order among each other, with what the peer does said by a test. */
final class UnorderedMuxer implements Muxer {
    /** One stream that the peer opened. */
    static final class Stream implements MuxedStream {
        private final Deque<ByteBuf> received = new ArrayDeque<>();
        private final StringBuilder sent = new StringBuilder();
        private Optional<Substream> substream = Optional.empty();
        boolean reset;
        int pieces;

        Substream substream() {
            return substream.orElseThrow();
        }

        /** What this side has sent. */
        String sent() {
            return sent.toString();
        }

        /** The peer sends; bytes are those of the text. */
        void receive(String text) {
            if (!reset) {
                received.add(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
                substream().readable();
            }
        }

        @Override
        public void attach(Object driverState) {
            substream = Optional.of((Substream) driverState);
        }

        @Override
        public WriteResult write(ByteBuf data, Object token) {
            sent.append(data.toString(StandardCharsets.ISO_8859_1));
            data.release();
            ((WriteListener) token).written();
            return WriteResult.ACCEPTED;
        }

        @Override
        public void closeWrite() {
            sent.append("<fin>");
        }

        @Override
        public @Nullable ByteBuf read(int maxBytes, long nowNanos) {
            pieces++;
            return received.poll();
        }

        @Override
        public int readableBytes() {
            return received.stream().mapToInt(ByteBuf::readableBytes).sum();
        }

        @Override
        public boolean isInputEnded() {
            return reset;
        }

        @Override
        public void reset(long code) {
            reset = true;
            received.forEach(ByteBuf::release);
            received.clear();
        }
    }

    private final Connection connection;
    private final List<Stream> streams = new ArrayList<>();
    boolean closed;

    UnorderedMuxer(Connection connection) {
        this.connection = connection;
    }

    /** The peer opens a stream. */
    Stream opened() {
        Stream stream = new Stream();
        streams.add(stream);
        connection.opened(stream);
        return stream;
    }

    @Override
    public MuxedStream open() {
        throw new UnsupportedOperationException("only the peer opens streams here");
    }

    @Override
    public boolean ordersStreams() {
        return false;
    }

    @Override
    public void start() {
        // Nobody watches.
    }

    @Override
    public void probe() {
        // Nobody answers.
    }

    @Override
    public void flushSoon() {
        // All is sent at once.
    }

    @Override
    public void flush() {
        // All is sent at once.
    }

    @Override
    public void close() {
        closed = true;
        streams.stream().filter(stream -> !stream.reset).forEach(stream -> {
            stream.reset(0);
            stream.substream().broken(connection.streamFailure());
        });
    }
}
