// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import io.peerkit.transport.libp2p.internal.yamux.YamuxSession;
import org.jspecify.annotations.Nullable;

/**
 * Moves what yamux has to say to the socket: only as fast as the socket takes it, in records as full as can be.
 *
 * <p>All that is written in one turn of the event loop leaves together at its end. Belongs to the event loop.
 */
final class OutputPump {
    /** How much is given to the socket at once. */
    private static final int BATCH_BYTES = 262_144;

    /** After this many batches the event loop looks after others, above all after what the peer sends. */
    private static final int MAX_BATCHES = 8;

    private final Channel channel;
    private final YamuxSession session;
    private final SecureChannel secure;
    private final TrafficCounter traffic;
    private final Runnable drainEvents;
    private boolean scheduled;

    OutputPump(
            Channel channel, YamuxSession session, SecureChannel secure, TrafficCounter traffic, Runnable drainEvents) {
        this.channel = channel;
        this.session = session;
        this.secure = secure;
        this.traffic = traffic;
        this.drainEvents = drainEvents;
    }

    /** Flushes at the end of this turn, and tells what was decided without sending anything, such as an empty write. */
    void flushSoon() {
        if (!scheduled) {
            scheduled = true;
            channel.eventLoop().execute(this::scheduledFlush);
        }
    }

    private void scheduledFlush() {
        if (scheduled) {
            flush();
        }
    }

    /** Flushes what the socket takes now. */
    void flush() {
        scheduled = false;
        drainEvents.run();
        for (int batches = 0; channel.isWritable() && session.hasOutput(); batches++) {
            if (batches == MAX_BATCHES) {
                flushSoon();
                break;
            }
            ByteBuf batch = batch();
            if (batch == null) {
                break;
            }
            traffic.sent(batch.readableBytes());
            var unused = channel.writeAndFlush(batch, channel.voidPromise());
            drainEvents.run();
        }
    }

    private @Nullable ByteBuf batch() {
        long now = Connection.nanoTime(channel);
        ByteBuf batch = null;
        try {
            do {
                int length = session.pollOutput(secure.plaintext(), secure.maxPlaintextBytes(), now);
                if (length == 0) {
                    break;
                }
                if (batch == null) {
                    batch = channel.alloc().directBuffer(room(length));
                }
                secure.seal(batch);
            } while (batch.writableBytes() >= secure.maxSealedBytes() && session.hasOutput());
            return batch;
        } catch (RuntimeException e) {
            if (batch != null) {
                batch.release();
            }
            throw e;
        }
    }

    /** A record that is all there is gets a buffer of its size. */
    private int room(int length) {
        return session.hasOutput()
                ? Math.max(BATCH_BYTES, secure.maxSealedBytes())
                : length + secure.maxSealedBytes() - secure.maxPlaintextBytes();
    }
}
