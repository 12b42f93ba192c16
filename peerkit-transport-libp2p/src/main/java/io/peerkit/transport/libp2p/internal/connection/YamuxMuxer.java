// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.muxer.MuxedStream;
import io.peerkit.transport.libp2p.internal.muxer.Muxer;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import io.peerkit.transport.libp2p.internal.yamux.Yamux;
import io.peerkit.transport.libp2p.internal.yamux.YamuxRole;
import io.peerkit.transport.libp2p.internal.yamux.YamuxSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Drives yamux over a secure channel and a socket. */
final class YamuxMuxer implements Muxer {
    private static final Logger LOG = LoggerFactory.getLogger(YamuxMuxer.class);

    private final Connection connection;
    private final Channel channel;
    private final SecureChannel secure;
    private final ReceiveBudgets budgets;
    private final YamuxSession session;
    private final OutputPump output;
    private final Liveness liveness;
    private final StreamEvents events;

    YamuxMuxer(Connection connection, Channel channel, SecureChannel secure, ConnectionContext context) {
        this.connection = connection;
        this.channel = channel;
        this.secure = secure;
        budgets = context.budgets();
        session = new YamuxSession(
                connection.isDialer() ? YamuxRole.DIALER : YamuxRole.LISTENER,
                context.settings().yamux(),
                channel.alloc(),
                budgets.join(connection.peer()));
        liveness = new Liveness(connection, session, secure);
        events = new StreamEvents(connection, session, liveness, budgets);
        output = new OutputPump(channel, session, secure, context.traffic(), events::drain);
    }

    @Override
    public MuxedStream open() {
        return session.open();
    }

    @Override
    public boolean ordersStreams() {
        return true;
    }

    @Override
    public void start() {
        liveness.start();
    }

    @Override
    public void probe() {
        liveness.probe();
    }

    @Override
    public void flushSoon() {
        output.flushSoon();
    }

    @Override
    public void flush() {
        output.flush();
    }

    /** Takes bytes from the socket. */
    void received(ByteBuf in) {
        liveness.received();
        try {
            while (connection.isOpen() && secure.next(in)) {
                receivedPlaintext(secure.take());
            }
        } catch (PeerkitException e) {
            connection.close(e);
        } finally {
            in.release();
        }
    }

    void receivedPlaintext(ByteBuf plaintext) {
        session.received(plaintext, connection.nanoTime());
        events.drain();
    }

    @Override
    public void close() {
        liveness.stop();
        session.goAway(Yamux.GO_AWAY_NORMAL);
        lastWords();
        session.close();
        budgets.leave(connection.peer());
        events.drain();
        channel.writeAndFlush(Unpooled.wrappedBuffer(secure.end())).addListener(ChannelFutureListener.CLOSE);
    }

    /** A go-away, and why: as much as the socket takes without waiting. */
    private void lastWords() {
        try {
            output.flush();
        } catch (PeerkitException e) {
            LOG.debug("connection to {} had last words that could not be sent", connection.node(), e);
        }
    }
}
