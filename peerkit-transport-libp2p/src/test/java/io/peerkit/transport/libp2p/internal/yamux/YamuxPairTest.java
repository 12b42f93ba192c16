// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.peerkit.transport.libp2p.internal.muxer.WriteResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two sessions back to back under random schedules: any fragmentation, many streams, half-closes, resets and slow
 * readers. Each byte says where in which stream it belongs, so every one is checked as it arrives.
 */
class YamuxPairTest {
    private static final int STEPS = 6000;
    private static final int SCHEDULES = 40;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomSchedules_everyByteOnceAndInOrder(long seed) {
        long bytes = 0;
        int ended = 0;
        for (int i = 0; i < SCHEDULES; i++) {
            Schedule schedule = new Schedule(seed * 1_000_000 + i);
            try {
                schedule.run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + (seed * 1_000_000 + i), e);
            }
            bytes += schedule.received;
            ended += schedule.ended;
        }
        assertThat(bytes).isGreaterThan(10L * 1024 * 1024);
        assertThat(ended).isGreaterThan(SCHEDULES * 20);
    }

    /** One direction of one stream, as its writer meant it and its reader saw it. */
    private static final class Flow {
        private final int key;
        private long written;
        private long arrived;
        private boolean closed;
        private boolean reset;
        private boolean sawEnd;

        private Flow(int key) {
            this.key = key;
        }

        private byte at(long offset) {
            return (byte) (offset * 31 + (offset >>> 8) * 7 + key);
        }

        private ByteBuf next(UnpooledByteBufAllocator allocator, int length) {
            ByteBuf data = allocator.buffer(Math.max(1, length));
            for (int i = 0; i < length; i++) {
                data.writeByte(at(written + i));
            }
            return data;
        }

        private void arrived(ByteBuf piece) {
            while (piece.isReadable()) {
                byte actual = piece.readByte();
                if (actual != at(arrived)) {
                    throw new AssertionError("flow " + key + " at " + arrived + ": " + actual);
                }
                arrived++;
            }
            assertThat(arrived).isLessThanOrEqualTo(written);
        }
    }

    /** One side: its session, the wire towards it, and its streams with their flows. */
    private static final class Side {
        private final YamuxPeer peer;
        private final ByteBuf wire;
        private final Map<Integer, YamuxStream> streams = new HashMap<>();
        /** By stream id, what this side writes. */
        private final Map<Integer, Flow> flows = new HashMap<>();

        private long writes;
        private long completed;

        private Side(YamuxRole role, YamuxLimits limits) {
            peer = new YamuxPeer(role, limits);
            wire = peer.allocator.buffer();
        }

        private void add(YamuxStream stream) {
            streams.put(stream.id(), stream);
            flows.put(stream.id(), new Flow(stream.id() * 2 + (stream.isOutbound() ? 1 : 0)));
        }

        private Flow flow(int id) {
            return Objects.requireNonNull(flows.get(id));
        }
    }

    private static final class Schedule {
        private final Random random;
        private final Side dialer;
        private final Side listener;
        private long now;
        private long received;
        private int ended;

        private Schedule(long seed) {
            random = new Random(seed);
            YamuxLimits limits = new YamuxLimits(
                    1024 + random.nextInt(40_000),
                    1 + random.nextInt(100_000),
                    random.nextBoolean() ? 262_144 : 1 << 20,
                    64 << 20,
                    64,
                    64,
                    64,
                    1000,
                    1000);
            dialer = new Side(YamuxRole.DIALER, limits);
            listener = new Side(YamuxRole.LISTENER, limits);
        }

        private void run() {
            for (int i = 0; i < STEPS; i++) {
                now += random.nextInt(100_000);
                Side side = random.nextBoolean() ? dialer : listener;
                step(side);
            }
            finish();
        }

        private Side other(Side side) {
            return side == dialer ? listener : dialer;
        }

        private void step(Side side) {
            switch (random.nextInt(10)) {
                case 0 -> open(side);
                case 1, 2, 3 -> random(side, stream -> write(side, stream));
                case 4, 5 -> random(side, stream -> read(side, stream, 1 + random.nextInt(50_000)));
                case 6, 7 -> pump(side, Yamux.MIN_OUTPUT_BYTES + random.nextInt(70_000));
                case 8 -> deliver(side, 1 + random.nextInt(70_000));
                default -> rare(side);
            }
        }

        private void rare(Side side) {
            int dice = random.nextInt(20);
            if (dice < 8) {
                random(side, stream -> {
                    stream.closeWrite();
                    if (!stream.isReset()) {
                        side.flow(stream.id()).closed = true;
                    }
                });
            } else if (dice == 8) {
                random(side, stream -> reset(side, stream));
            } else if (dice < 12) {
                side.peer.session.ping();
            }
        }

        private void open(Side side) {
            if (side.streams.size() < 20) {
                side.add(side.peer.session.open());
            }
        }

        private void random(Side side, Consumer<YamuxStream> action) {
            if (!side.streams.isEmpty()) {
                List<YamuxStream> all = new ArrayList<>(side.streams.values());
                action.accept(all.get(random.nextInt(all.size())));
            }
        }

        private void reset(Side side, YamuxStream stream) {
            stream.reset(random.nextInt(3));
            markReset(stream.id());
            events(side);
        }

        private void markReset(int id) {
            for (Side side : List.of(dialer, listener)) {
                Flow flow = side.flows.get(id);
                if (flow != null) {
                    flow.reset = true;
                }
            }
        }

        private void write(Side side, YamuxStream stream) {
            int room = stream.writableBytes();
            int length = room == 0 ? 0 : random.nextInt(1 + Math.min(room, random.nextBoolean() ? 50 : 60_000));
            Flow flow = side.flow(stream.id());
            ByteBuf data = flow.next(side.peer.allocator, length);
            if (stream.write(data, flow) == WriteResult.ACCEPTED) {
                flow.written += length;
                side.writes++;
            } else {
                assertThat(data.refCnt()).isEqualTo(1);
                data.release();
            }
        }

        private void read(Side side, YamuxStream stream, int maxBytes) {
            ByteBuf piece = stream.read(maxBytes, now);
            Flow flow = other(side).flows.get(stream.id());
            if (piece != null && flow != null) {
                assertThat(piece.readableBytes()).isBetween(1, maxBytes);
                received += piece.readableBytes();
                flow.arrived(piece);
                piece.release();
            }
            if (flow != null && stream.isInputEnded() && !stream.isReset() && !flow.sawEnd) {
                assertThat(flow.closed).isTrue();
                assertThat(flow.arrived).as("all of flow %d", flow.key).isEqualTo(flow.written);
                flow.sawEnd = true;
                ended++;
            }
            events(side);
        }

        /** Moves output to the wire of the other side. */
        private void pump(Side side, int maxBytes) {
            side.peer.session.pollOutput(other(side).wire, maxBytes, now);
            events(side);
        }

        /** Hands over the next bytes of the wire in a buffer of their own. */
        private void deliver(Side side, int maxBytes) {
            int length = Math.min(maxBytes, side.wire.readableBytes());
            side.peer.session.received(side.peer.allocator.buffer(length + 1).writeBytes(side.wire, length), now);
            side.wire.discardSomeReadBytes();
            events(side);
            assertThat(side.peer.session.isOpen()).isTrue();
        }

        private void events(Side side) {
            for (YamuxEvent event : side.peer.events()) {
                if (event instanceof YamuxEvent.StreamOpened opened) {
                    side.add(opened.stream());
                    Flow other = other(side).flows.get(opened.stream().id());
                    side.flow(opened.stream().id()).reset = other != null && other.reset;
                } else if (event instanceof YamuxEvent.Reset reset) {
                    assertThat(reset.cause()).isEqualTo(ResetCause.PEER);
                    assertThat(side.flow(reset.stream().id()).reset).isTrue();
                } else if (event instanceof YamuxEvent.Written || event instanceof YamuxEvent.Dropped) {
                    side.completed++;
                } else if (event instanceof YamuxEvent.ProtocolError error) {
                    throw new AssertionError(error.message());
                }
            }
        }

        /** Closes everything and lets both sides run dry: what was not reset must have arrived whole. */
        private void finish() {
            for (Side side : List.of(dialer, listener)) {
                closeAll(side);
            }
            for (int idle = 0; idle < 3; idle++) {
                for (Side side : List.of(dialer, listener)) {
                    Side other = other(side);
                    while (side.peer.session.hasOutput()) {
                        pump(side, 65_519);
                        idle = 0;
                    }
                    deliver(other, Integer.MAX_VALUE);
                    closeAll(other);
                    for (YamuxStream stream : List.copyOf(other.streams.values())) {
                        while (stream.readableBytes() > 0) {
                            read(other, stream, 30_000);
                        }
                        read(other, stream, 1);
                    }
                }
            }
            for (Side side : List.of(dialer, listener)) {
                assertThat(side.peer.session.streamCount()).as("streams left").isZero();
                assertThat(side.completed).as("every write told once").isEqualTo(side.writes);
                for (Flow flow : side.flows.values()) {
                    assertThat(flow.reset || flow.sawEnd)
                            .as("flow %d ended", flow.key)
                            .isTrue();
                }
                side.wire.release();
                side.peer.closeWithoutLeak();
            }
        }

        private void closeAll(Side side) {
            side.streams.values().forEach(stream -> {
                stream.closeWrite();
                side.flow(stream.id()).closed = true;
            });
        }
    }
}
