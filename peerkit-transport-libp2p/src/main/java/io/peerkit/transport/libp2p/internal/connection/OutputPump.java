// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.peerkit.transport.libp2p.internal.noise.CipherState;
import io.peerkit.transport.libp2p.internal.noise.NoiseFrame;
import io.peerkit.transport.libp2p.internal.upgrade.NoiseFrameWriter;
import io.peerkit.transport.libp2p.internal.yamux.YamuxSession;
import org.jspecify.annotations.Nullable;

/**
 * Moves what yamux has to say to the socket: only as fast as the socket takes it, in Noise messages as full as can be.
 *
 * <p>All that is written in one turn of the event loop leaves together at its end. Belongs to the event loop.
 */
final class OutputPump {
    private static final int MAX_FRAME_BYTES = NoiseFrame.LENGTH_BYTES + NoiseFrame.MAX_MESSAGE_BYTES;

    /** How many full frames are given to the socket at once. */
    private static final int BATCH_FRAMES = 4;

    /** After this many batches the event loop looks after others, above all after what the peer sends. */
    private static final int MAX_BATCHES = 8;

    private final Channel channel;
    private final YamuxSession session;
    private final CipherState cipher;
    private final TrafficCounter traffic;
    private final Runnable drainEvents;
    private boolean scheduled;

    OutputPump(
            Channel channel, YamuxSession session, CipherState cipher, TrafficCounter traffic, Runnable drainEvents) {
        this.channel = channel;
        this.session = session;
        this.cipher = cipher;
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
        NoiseFrameWriter writer = NoiseFrameWriter.ofThread();
        long now = Connection.nanoTime(channel);
        ByteBuf batch = null;
        try {
            do {
                int length = session.pollOutput(writer.plaintext(), NoiseFrame.MAX_PLAINTEXT_BYTES, now);
                if (length == 0) {
                    break;
                }
                int frame = writer.encrypt(cipher);
                if (batch == null) {
                    batch = channel.alloc().directBuffer(session.hasOutput() ? BATCH_FRAMES * MAX_FRAME_BYTES : frame);
                }
                writer.copyTo(batch, frame);
            } while (batch.writableBytes() >= MAX_FRAME_BYTES && session.hasOutput());
            return batch;
        } catch (RuntimeException e) {
            if (batch != null) {
                batch.release();
            }
            throw e;
        }
    }
}
