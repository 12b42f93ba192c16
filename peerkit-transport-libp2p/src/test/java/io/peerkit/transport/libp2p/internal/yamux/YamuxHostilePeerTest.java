// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Memory stays bounded whatever the peer does, and the other streams go on. */
class YamuxHostilePeerTest {
    private static final int MIB = 1024 * 1024;

    private final YamuxPeer peer = YamuxPeer.listener();

    @AfterEach
    void nothingLeaked() {
        peer.closeWithoutLeak();
    }

    @Test
    void stalledReader_otherStreamsAndPing_goOnInFlatMemory() {
        YamuxStream stalled = peer.opened(1);
        YamuxStream busy = peer.opened(3);
        peer.receivedZeros(0, 1, Yamux.INITIAL_WINDOW_BYTES);
        long before = peer.memoryBytes();
        for (int i = 0; i < 1000; i++) {
            peer.receivedZeros(0, 3, 64 * 1024);
            assertThat(peer.drain(busy)).isEqualTo(64 * 1024);
            peer.received(new YamuxFrame.Ping(Yamux.SYN, i));
            List<YamuxFrame> output = peer.outputFrames();
            assertThat(output.get(0)).isEqualTo(new YamuxFrame.Ping(Yamux.ACK, i));
            assertThat(output)
                    .noneMatch(frame -> frame instanceof YamuxFrame.WindowUpdate update && update.streamId() == 1);
            assertThat(peer.memoryBytes()).isEqualTo(before);
            peer.events();
        }
        assertThat(stalled.readableBytes()).isEqualTo(Yamux.INITIAL_WINDOW_BYTES);
        assertThat(peer.session.isOpen()).isTrue();
    }

    @Test
    void streamFlood_refusedOnesReset_sessionGoesOn() {
        for (int i = 0; i < 5000; i++) {
            peer.receivedUpdate(Yamux.SYN, 2 * i + 1, 0);
            peer.outputFrames();
        }
        assertThat(peer.session.streamCount()).isEqualTo(256);
        assertThat(peer.events()).hasSize(256);
        assertThat(peer.session.isOpen()).isTrue();
    }

    @Test
    void streamFlood_thatDoesNotReadItsResets_endsTheSession() {
        int opened = 0;
        while (peer.session.isOpen()) {
            peer.receivedUpdate(Yamux.SYN, 2 * opened + 1, 0);
            opened++;
        }
        assertThat(opened).isEqualTo(256 + Outbound.MAX_PENDING_RESETS + 1);
        assertThat(peer.failure()).isEqualTo("yamux resets that the peer does not read 1025, at most 1024");
        assertThat(peer.outputFrames()).containsExactly(new YamuxFrame.GoAway(1));
    }

    @Test
    void pingFlood_notRead_answersBounded() {
        for (int i = 0; i < 100_000; i++) {
            peer.received(new YamuxFrame.Ping(Yamux.SYN, i));
        }
        List<YamuxFrame> answers = peer.outputFrames();
        assertThat(answers).hasSize(Outbound.MAX_PENDING_PONGS).startsWith(new YamuxFrame.Ping(Yamux.ACK, 0));
        peer.received(new YamuxFrame.Ping(Yamux.SYN, 7));
        assertThat(peer.outputFrames()).containsExactly(new YamuxFrame.Ping(Yamux.ACK, 7));
    }

    @Test
    void windowUpdateFlood_nothingKept() {
        peer.opened(1);
        for (int i = 0; i < 100_000; i++) {
            peer.receivedUpdate(Yamux.ACK, 1, 1);
        }
        assertThat(peer.events()).isEmpty();
        assertThat(peer.memoryBytes()).isZero();
        assertThat(peer.session.isOpen()).isTrue();
    }

    @Test
    void emptyDataFlood_nothingKept() {
        peer.opened(1);
        for (int i = 0; i < 100_000; i++) {
            peer.receivedZeros(0, 1, 0);
        }
        assertThat(peer.events()).isEmpty();
        assertThat(peer.memoryBytes()).isZero();
    }

    @Test
    void rapidReset_beyondTheBurst_endsTheSession() {
        int streams = 0;
        while (peer.session.isOpen()) {
            peer.receivedUpdate(Yamux.SYN, 2 * streams + 1, 0);
            peer.receivedUpdate(Yamux.RST, 2 * streams + 1, 0);
            streams++;
            assertThat(peer.session.streamCount()).isLessThanOrEqualTo(1);
        }
        assertThat(streams).isEqualTo(1001);
        assertThat(peer.failure()).contains("over 1000 in a burst, then at most 200 a second");
    }

    @Test
    void resets_atTheAllowedRate_goOn() {
        for (int i = 0; i < 5000; i++) {
            peer.receivedUpdate(Yamux.SYN, 2 * i + 1, 0);
            peer.receivedUpdate(Yamux.RST, 2 * i + 1, 0);
            peer.now += 5_000_000;
        }
        assertThat(peer.session.isOpen()).isTrue();
    }

    @Test
    void singleByteFrames_inBuffersOfTheirOwn_memoryNearWhatWasSent() {
        YamuxStream stream = peer.opened(1);
        for (int i = 0; i < 100_000; i++) {
            peer.receivedZeros(0, 1, 1);
        }
        assertThat(stream.readableBytes()).isEqualTo(100_000);
        assertThat(peer.memoryBytes()).isLessThan(100_000 + 2 * ReceiveQueue.GATHER_BYTES);
    }

    @Test
    void fewBytesInLargeBuffers_buffersNotKept() {
        YamuxStream stream = peer.opened(1);
        for (int i = 0; i < 100; i++) {
            ByteBuf large = peer.allocator.buffer(64 * 1024);
            YamuxFrameEncoder.encode(new YamuxFrame.Data(0, 1, 2500), large);
            large.writeZero(2500);
            while (large.isWritable(Yamux.HEADER_BYTES)) {
                YamuxFrameEncoder.encode(new YamuxFrame.WindowUpdate(0, 99, 0), large);
            }
            peer.session.received(large, 0);
        }
        assertThat(stream.readableBytes()).isEqualTo(250_000);
        assertThat(peer.memoryBytes()).isLessThan(2 * 250_000);
    }

    @Test
    void manyStalledStreams_aboveTheReceiveLimit_fullestReset() {
        YamuxStream first = peer.opened(1);
        peer.receivedZeros(0, 1, 1000);
        for (int i = 1; i < 129; i++) {
            peer.receivedUpdate(Yamux.SYN, 2 * i + 1, 0);
            peer.receivedZeros(0, 2 * i + 1, Yamux.INITIAL_WINDOW_BYTES);
        }
        assertThat(peer.session.readableBytes())
                .isEqualTo(128L * Yamux.INITIAL_WINDOW_BYTES + 1000 - Yamux.INITIAL_WINDOW_BYTES);
        assertThat(peer.events())
                .filteredOn(YamuxEvent.Reset.class::isInstance)
                .singleElement()
                .satisfies(event -> {
                    YamuxEvent.Reset reset = (YamuxEvent.Reset) event;
                    assertThat(reset.cause()).isEqualTo(ResetCause.RECEIVE_LIMIT);
                    assertThat(reset.stream().id()).isNotEqualTo(1);
                });
        assertThat(peer.outputFrames())
                .filteredOn(frame -> frame.has(Yamux.RST))
                .hasSize(1);
        assertThat(peer.drain(first)).isEqualTo(1000);
    }

    @Test
    void manyStalledStreams_manyMore_memoryStaysAtTheLimit() {
        for (int i = 0; i < 256; i++) {
            peer.receivedUpdate(Yamux.SYN, 2 * i + 1, 0);
            peer.receivedZeros(0, 2 * i + 1, Yamux.INITIAL_WINDOW_BYTES);
            peer.outputFrames();
            assertThat(peer.session.readableBytes()).isLessThanOrEqualTo(32L * MIB);
            assertThat(peer.memoryBytes()).isLessThanOrEqualTo(33L * MIB);
        }
        assertThat(peer.session.isOpen()).isTrue();
    }

    @Test
    void grownWindows_manyStreams_sumWithinTheLimit() {
        peer.session.ping();
        peer.outputFrames();
        peer.now = 10_000_000;
        peer.received(new YamuxFrame.Ping(Yamux.ACK, 1));
        peer.events();
        YamuxStream[] streams = new YamuxStream[8];
        for (int i = 0; i < streams.length; i++) {
            streams[i] = peer.opened(2 * i + 1);
        }
        for (int round = 0; round < 200; round++) {
            for (YamuxStream stream : streams) {
                peer.receivedZeros(0, stream.id(), Yamux.INITIAL_WINDOW_BYTES);
                peer.drain(stream);
            }
            peer.outputFrames();
        }
        assertThat(peer.session.isOpen()).isTrue();
        assertThat(peer.session.receiveBudget().windowBytes()).isEqualTo(32L * MIB);
    }
}
