// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import io.peerkit.api.ClosedException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.muxer.MuxedStream;
import io.peerkit.transport.libp2p.internal.muxer.Muxer;
import io.peerkit.transport.libp2p.internal.ping.PingProtocol;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** The streams that QUIC has of itself. */
final class QuicMuxer implements Muxer {
    private static final int PING_BYTES = 32;
    private static final AttributeKey<QuicMuxer> OF_CHANNEL = AttributeKey.valueOf(QuicMuxer.class, "OF_CHANNEL");

    private final Connection connection;
    private final QuicChannel channel;
    private final Set<QuicMuxedStream> streams = new HashSet<>();
    private final Set<QuicMuxedStream> unflushed = new LinkedHashSet<>();
    private Runnable cancelPing = () -> {};
    private int ofPeer;
    private boolean scheduled;
    private boolean closed;

    QuicMuxer(Connection connection, QuicChannel channel) {
        this.connection = connection;
        this.channel = channel;
        channel.attr(OF_CHANNEL).set(this);
    }

    /** The peer has opened a stream. */
    static void opened(QuicStreamChannel stream) {
        QuicMuxer muxer = stream.parent().attr(OF_CHANNEL).get();
        if (muxer == null || muxer.closed || muxer.ofPeer >= QuicLimits.MAX_STREAMS) {
            // Counted here too, for a stream may be over for quiche while what came of it still waits to be read.
            var unused = stream.shutdown(0, stream.newPromise());
            var unusedToo = stream.close();
            return;
        }
        QuicMuxedStream opened = new QuicMuxedStream(muxer, true);
        stream.pipeline().addLast(opened);
        muxer.connection.opened(opened);
    }

    Connection connection() {
        return connection;
    }

    void add(QuicMuxedStream stream) {
        if (streams.add(stream) && stream.isOfPeer()) {
            ofPeer++;
        }
    }

    void remove(QuicMuxedStream stream) {
        if (streams.remove(stream) && stream.isOfPeer()) {
            ofPeer--;
        }
        unflushed.remove(stream);
    }

    void wrote(QuicMuxedStream stream) {
        unflushed.add(stream);
    }

    @Override
    public MuxedStream open() {
        if (closed) {
            throw new ClosedException("quic connection is closed");
        }
        if (streams.size() - ofPeer >= QuicLimits.MAX_OWN_STREAMS) {
            throw new LimitExceededException(
                    "streams open are " + QuicLimits.MAX_OWN_STREAMS + ", no more may be opened");
        }
        if (channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) == 0) {
            throw new LimitExceededException("streams open are as many as the peer allows now");
        }
        QuicMuxedStream stream = new QuicMuxedStream(this, false);
        Future<QuicStreamChannel> opening = channel.createStream(QuicStreamType.BIDIRECTIONAL, stream);
        if (!opening.isSuccess()) {
            throw new ClosedException("quic opens no more streams", opening.cause());
        }
        return stream;
    }

    @Override
    public boolean ordersStreams() {
        return false;
    }

    /** Keeps the connection from falling idle; that it has is for QUIC to find out. */
    @Override
    public void start() {
        cancelPing = connection.after(connection.settings().pingInterval(), this::ping);
    }

    private void ping() {
        // A peer that does not speak it answers too.
        var unused = PingProtocol.ping(connection, payload());
        start();
    }

    private static byte[] payload() {
        byte[] payload = new byte[PING_BYTES];
        ThreadLocalRandom.current().nextBytes(payload);
        return payload;
    }

    @Override
    public void probe() {
        Runnable cancel = connection.after(
                PROBE_TIME,
                () -> connection.close(new PeerUnreachableException("node " + connection.node()
                        + " gave no sign of life within " + PROBE_TIME + " of a change of the network")));
        var unused = PingProtocol.ping(connection, payload()).whenComplete((answer, failure) -> cancel.run());
    }

    @Override
    public void flushSoon() {
        if (!scheduled) {
            scheduled = true;
            channel.eventLoop().execute(() -> {
                if (scheduled) {
                    flush();
                }
            });
        }
    }

    @Override
    public void flush() {
        scheduled = false;
        List<QuicMuxedStream> due = new ArrayList<>(unflushed);
        unflushed.clear();
        due.forEach(QuicMuxedStream::flush);
    }

    @Override
    public void close() {
        closed = true;
        cancelPing.run();
        flush();
        new ArrayList<>(streams).forEach(stream -> stream.broken(connection.streamFailure()));
        var unused = channel.close(true, 0, Unpooled.EMPTY_BUFFER);
    }
}
