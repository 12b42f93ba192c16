// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several connections of several peers within budgets that are too small for them. */
class YamuxBudgetTest {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;
    private static final int STREAMS = 30;
    private static final int STEPS = 20_000;

    private final SharedBudget all = SharedBudget.of(4 * MIB);

    /** A session, what its peer may still send on each stream, and what it holds unread. */
    private static final class Side {
        final SharedBudget ofPeer;
        final YamuxPeer peer;
        final Map<Integer, YamuxStream> streams = new HashMap<>();
        final Map<Integer, Long> credit = new HashMap<>();
        int nextId = 1;
        int resets;

        Side(SharedBudget ofPeer) {
            this.ofPeer = ofPeer;
            peer = new YamuxPeer(ofPeer);
            // A known round trip lets windows grow.
            peer.session.ping();
            peer.outputFrames();
            peer.now = 10_000_000;
            peer.received(new YamuxFrame.Ping(Yamux.ACK, 1));
            peer.events();
        }

        void step(Random random) {
            if (streams.size() < STREAMS) {
                streams.put(nextId, peer.opened(nextId));
                credit.put(nextId, (long) Yamux.INITIAL_WINDOW_BYTES);
                nextId += 2;
            }
            int id = List.copyOf(streams.keySet()).get(random.nextInt(streams.size()));
            int length = (int)
                    Math.min(credit.getOrDefault(id, 0L), 1 + random.nextInt(random.nextBoolean() ? 128 * KIB : 100));
            if (length > 0) {
                credit.merge(id, (long) -length, Long::sum);
                peer.receivedZeros(0, id, length);
            }
            // Every third stream is one that nobody reads.
            int reading = List.copyOf(streams.keySet()).get(random.nextInt(streams.size()));
            if (reading % 3 != 0) {
                peer.drain(Objects.requireNonNull(streams.get(reading)));
            }
            peer.now += random.nextInt(1_000_000);
            if (random.nextInt(2_000) == 0) {
                peer.now += ReceiveWindow.IDLE_NANOS;
            }
            peer.received(new YamuxFrame.Ping(Yamux.SYN, 7));
            for (YamuxEvent event : peer.events()) {
                assertThat(event).isNotInstanceOf(YamuxEvent.ProtocolError.class);
                if (event instanceof YamuxEvent.Reset reset) {
                    assertThat(reset.cause()).isEqualTo(ResetCause.RECEIVE_LIMIT);
                    streams.remove(reset.stream().id());
                    credit.remove(reset.stream().id());
                    resets++;
                }
            }
            List<YamuxFrame> frames = peer.outputFrames();
            assertThat(frames).contains(new YamuxFrame.Ping(Yamux.ACK, 7));
            for (YamuxFrame frame : frames) {
                if (frame instanceof YamuxFrame.WindowUpdate update && !update.has(Yamux.RST)) {
                    credit.computeIfPresent(update.streamId(), (unused, had) -> had + update.length());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void received_manyStreamsSmallBudgets_neverPassedAndAllGivenBack(long seed) {
        Random random = new Random(seed);
        List<Side> sides = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            SharedBudget ofPeer = all.within(3 * MIB);
            sides.add(new Side(ofPeer));
            sides.add(new Side(ofPeer));
        }
        for (int i = 0; i < STEPS; i++) {
            Side side = sides.get(random.nextInt(sides.size()));
            side.step(random);
            assertThat(side.ofPeer.queuedBytes())
                    .as("seed %s, step %s", seed, i)
                    .isLessThanOrEqualTo(3 * MIB);
            assertThat(all.queuedBytes())
                    .as("seed %s, step %s", seed, i)
                    .isLessThanOrEqualTo(4 * MIB)
                    .isEqualTo(sides.stream()
                            .mapToLong(each -> each.peer.session.readableBytes())
                            .sum());
        }
        assertThat(sides).anyMatch(side -> side.resets > 0);
        assertThat(all.isPressed()).isTrue();
        sides.forEach(side -> side.peer.closeWithoutLeak());
        assertThat(all.queuedBytes()).isZero();
        assertThat(all.windowBytes()).isZero();
    }

    @Test
    void grow_parentHasLess_onlyThatIsTaken() {
        SharedBudget child = all.within(10 * MIB);
        assertThat(child.grow(3 * MIB)).isEqualTo(3 * MIB);
        assertThat(child.grow(3 * MIB)).isEqualTo(MIB);
        assertThat(child.grow(1)).isZero();
        assertThat(child.windowBytes()).isEqualTo(4 * MIB);
        assertThat(all.windowBytes()).isEqualTo(4 * MIB);
        child.windows(-4 * MIB);
        assertThat(all.windowBytes()).isZero();
    }

    @Test
    void isExceeded_atTheBound_onlyBeyondIt() {
        SharedBudget child = all.within(10 * MIB);
        child.queued(4 * MIB);
        assertThat(child.isExceeded()).isFalse();
        child.queued(1);
        assertThat(child.isExceeded()).isTrue();
        assertThat(all.isExceeded()).isTrue();
        child.queued(-1);
        assertThat(all.isExceeded()).isFalse();
    }
}
