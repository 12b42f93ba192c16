// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.peerkit.api.ClosedException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.transport.libp2p.internal.muxer.WriteResult;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamuxSessionTest {
    private final YamuxPeer peer = YamuxPeer.listener();

    @AfterEach
    void nothingLeaked() {
        peer.closeWithoutLeak();
    }

    // Opening.

    @Test
    void open_dialer_oddIdsAndSynAsWindowUpdate() {
        YamuxPeer dialer = YamuxPeer.dialer();
        assertThat(dialer.session.open().id()).isEqualTo(1);
        assertThat(dialer.session.open().id()).isEqualTo(3);
        assertThat(dialer.outputHex())
                .isEqualTo(
                        "00" // version
                                + "01" // type: window update
                                + "0001" // flags: SYN
                                + "00000001" // the first stream of the dialer
                                + "00000000" // the window is the initial one
                                + "000100010000000300000000"); // the same for its second
        dialer.closeWithoutLeak();
    }

    @Test
    void open_listener_evenIds() {
        assertThat(peer.session.open().id()).isEqualTo(2);
        assertThat(peer.session.open().id()).isEqualTo(4);
    }

    @Test
    void open_unacknowledgedAtTheBound_refusedUntilThePeerAnswers() {
        YamuxStream first = peer.session.open();
        for (int i = 1; i < 256; i++) {
            peer.session.open();
        }
        assertThatThrownBy(peer.session::open)
                .isInstanceOf(LimitExceededException.class)
                .hasMessage("yamux unacknowledged streams 257, at most 256");
        peer.outputFrames();
        peer.receivedUpdate(Yamux.ACK, 2, 0);
        peer.receivedUpdate(Yamux.ACK, 2, 0);
        assertThat(first.isAccepted()).isTrue();
        peer.session.open();
        assertThatThrownBy(peer.session::open).isInstanceOf(LimitExceededException.class);
        first.reset(0);
        assertThatThrownBy(peer.session::open).isInstanceOf(LimitExceededException.class);
        peer.receivedUpdate(Yamux.RST, 4, 0);
        peer.session.open();
        assertThatThrownBy(peer.session::open).isInstanceOf(LimitExceededException.class);
    }

    @Test
    void open_tooManyAcknowledged_refusedUntilOneEnds() {
        YamuxLimits few = new YamuxLimits(1024, 1000, 262144, 262144, 1, 2, 256, 1, 1);
        YamuxPeer dialer = new YamuxPeer(YamuxRole.DIALER, few);
        YamuxStream first = dialer.session.open();
        dialer.session.open();
        dialer.outputFrames();
        dialer.receivedUpdate(Yamux.ACK, 1, 0);
        dialer.receivedUpdate(Yamux.ACK, 3, 0);
        assertThatThrownBy(dialer.session::open).hasMessage("yamux outbound streams 3, at most 2");
        first.reset(0);
        assertThat(dialer.session.open().id()).isEqualTo(5);
        dialer.closeWithoutLeak();
    }

    @Test
    void open_resetBeforeItWasSent_nothingIsSent() {
        peer.session.open().reset(1);
        assertThat(peer.session.hasOutput()).isFalse();
        assertThat(peer.session.streamCount()).isZero();
    }

    @Test
    void accept_inbound_ackAsWindowUpdateOnce() {
        YamuxStream stream = peer.opened(1);
        assertThat(stream.isAccepted()).isFalse();
        assertThat(peer.session.hasOutput()).isFalse();
        stream.accept();
        stream.accept();
        assertThat(peer.outputHex())
                .isEqualTo(
                        "00" // version
                                + "01" // type: window update
                                + "0002" // flags: ACK
                                + "00000001" // stream
                                + "00000000"); // no more than the initial window
    }

    @Test
    void write_notAccepted_acceptsFirst() {
        YamuxStream stream = peer.opened(1);
        stream.write(peer.buffer((byte) 7), "token");
        assertThat(peer.outputHex())
                .isEqualTo(
                        "000100020000000100000000" // ACK
                                + "00" // version
                                + "00" // type: data
                                + "0000" // no flags
                                + "00000001" // stream
                                + "00000001" // one byte
                                + "07");
        assertThat(peer.events()).containsExactly(new YamuxEvent.Written(stream, "token"));
    }

    @Test
    void received_synWithDataAndFin_openDataEnd() {
        peer.receivedHex(
                "00" // version
                        + "00" // type: data
                        + "0005" // flags: SYN and FIN
                        + "00000001" // stream
                        + "00000003" // three bytes
                        + "010203");
        List<YamuxEvent> events = peer.events();
        YamuxStream stream = ((YamuxEvent.StreamOpened) events.get(0)).stream();
        assertThat(events)
                .containsExactly(
                        new YamuxEvent.StreamOpened(stream),
                        new YamuxEvent.DataAvailable(stream),
                        new YamuxEvent.RemoteClosed(stream));
        assertThat(stream.isInputEnded()).isFalse();
        assertThat(peer.drain(stream)).isEqualTo(3);
        assertThat(stream.isInputEnded()).isTrue();
    }

    @Test
    void received_finBeforeAllOfItsData_actsAfterTheData() {
        YamuxStream stream = peer.opened(1);
        peer.receivedHex("00 00 0004 00000001 00000002 01");
        assertThat(peer.events()).containsExactly(new YamuxEvent.DataAvailable(stream));
        peer.receivedHex("02");
        assertThat(peer.events()).containsExactly(new YamuxEvent.RemoteClosed(stream));
        assertThat(peer.drain(stream)).isEqualTo(2);
    }

    @Test
    void received_synAndReset_nothingOpened() {
        peer.receivedUpdate(Yamux.SYN | Yamux.RST, 1, 0);
        assertThat(peer.events()).isEmpty();
        assertThat(peer.session.streamCount()).isZero();
        assertThat(peer.session.hasOutput()).isFalse();
    }

    @Test
    void received_synWithDelta_enlargesTheWindow() {
        peer.receivedUpdate(Yamux.SYN, 1, 100);
        YamuxStream stream = ((YamuxEvent.StreamOpened) peer.events().get(0)).stream();
        stream.write(peer.zeros(Yamux.INITIAL_WINDOW_BYTES), "a");
        peer.outputFrames();
        stream.write(peer.zeros(200), "b");
        assertThat(peer.outputFrames()).containsExactly(new YamuxFrame.Data(0, 1, 100));
    }

    @Test
    void received_synBeyondTheBound_resetAndItsDataSkipped() {
        YamuxLimits one = new YamuxLimits(1024, 1000, 262144, 262144, 1, 1, 1, 1, 1);
        YamuxPeer listener = new YamuxPeer(YamuxRole.LISTENER, one);
        YamuxStream first = listener.opened(1);
        listener.receivedZeros(Yamux.SYN | Yamux.FIN, 3, 100);
        listener.receivedZeros(0, 1, 10);
        assertThat(listener.events()).containsExactly(new YamuxEvent.DataAvailable(first));
        assertThat(listener.outputHex())
                .isEqualTo(
                        "00" // version
                                + "01" // type: window update
                                + "0008" // flags: RST
                                + "00000003" // the refused stream
                                + "00000000"); // no reason
        first.reset(0);
        listener.receivedUpdate(Yamux.SYN, 5, 0);
        assertThat(listener.events()).hasSize(1);
        listener.closeWithoutLeak();
    }

    @Test
    void received_synOfOurParity_protocolError() {
        peer.receivedUpdate(Yamux.SYN, 2, 0);
        assertThat(peer.failure()).isEqualTo("yamux stream 2 opened by the peer, whose ids are odd");
    }

    @Test
    void received_synForAnOpenStream_protocolError() {
        peer.opened(1);
        peer.receivedUpdate(Yamux.SYN, 1, 0);
        assertThat(peer.failure()).startsWith("yamux stream 1 opened by the peer a second time");
    }

    @Test
    void received_synForAnEndedStream_protocolError() {
        peer.opened(1).reset(0);
        peer.receivedUpdate(Yamux.SYN, 1, 0);
        assertThat(peer.failure()).startsWith("yamux stream 1 opened by the peer a second time");
    }

    @Test
    void received_synLate_stillOpened() {
        assertThat(peer.opened(5).id()).isEqualTo(5);
        assertThat(peer.opened(3).id()).isEqualTo(3);
    }

    // Unknown streams.

    @ParameterizedTest
    @ValueSource(ints = {0, Yamux.ACK, Yamux.FIN, Yamux.RST, Yamux.ACK | Yamux.FIN})
    void received_framesForUnknownStreams_skipped(int flags) {
        peer.receivedUpdate(flags, 77, 5);
        peer.receivedUpdate(flags, 78, 5);
        peer.receivedZeros(flags & ~Yamux.RST, 77, 1000);
        assertThat(peer.events()).isEmpty();
        assertThat(peer.opened(1).id()).isEqualTo(1);
    }

    @Test
    void received_dataAfterFin_skipped() {
        YamuxStream stream = peer.opened(1);
        peer.receivedUpdate(Yamux.FIN, 1, 0);
        peer.receivedZeros(0, 1, 10);
        peer.receivedUpdate(Yamux.FIN, 1, 0);
        assertThat(peer.events()).containsExactly(new YamuxEvent.RemoteClosed(stream));
        assertThat(stream.readableBytes()).isZero();
    }

    @Test
    void received_windowUpdateAfterFin_stillCounts() {
        YamuxStream stream = peer.opened(1);
        stream.write(peer.zeros(Yamux.INITIAL_WINDOW_BYTES), "a");
        peer.outputFrames();
        peer.receivedUpdate(Yamux.FIN, 1, 0);
        stream.write(peer.zeros(3), "b");
        assertThat(peer.session.hasOutput()).isFalse();
        peer.receivedUpdate(0, 1, 2);
        assertThat(peer.outputFrames()).containsExactly(new YamuxFrame.Data(0, 1, 2));
    }

    @Test
    void received_restOfDataAfterLocalReset_skipped() {
        YamuxStream stream = peer.opened(1);
        peer.receivedHex("00 00 0004 00000001 00000004 0102");
        stream.reset(0);
        peer.receivedHex("0304" + "00 02 0001 00000000 00000009");
        assertThat(peer.outputFrames())
                .containsExactly(new YamuxFrame.Ping(Yamux.ACK, 9), new YamuxFrame.WindowUpdate(Yamux.RST, 1, 0));
    }

    // Windows.

    @Test
    void received_dataOfTheWholeWindow_takenButNotOneMore() {
        YamuxStream stream = peer.opened(1);
        peer.receivedZeros(0, 1, Yamux.INITIAL_WINDOW_BYTES);
        assertThat(stream.readableBytes()).isEqualTo(Yamux.INITIAL_WINDOW_BYTES);
        peer.receivedZeros(0, 1, 1);
        List<YamuxEvent> events = peer.events();
        assertThat(events)
                .containsExactly(
                        new YamuxEvent.DataAvailable(stream),
                        new YamuxEvent.ProtocolError(
                                "yamux data of 1 bytes on yamux stream 1, at most 0 in its window"),
                        new YamuxEvent.Reset(stream, ResetCause.CONNECTION, 0));
        assertThat(peer.outputHex())
                .isEqualTo(
                        "00" // version
                                + "03" // type: go away
                                + "0000" // no flags
                                + "00000000" // the session
                                + "00000001"); // protocol error
        assertThat(peer.session.isOpen()).isFalse();
    }

    @Test
    void received_windowAtItsLargest_takenButNotOneMore() {
        YamuxStream stream = peer.opened(1);
        peer.receivedUpdate(0, 1, Yamux.MAX_SEND_WINDOW_BYTES - Yamux.INITIAL_WINDOW_BYTES);
        assertThat(peer.session.isOpen()).isTrue();
        peer.receivedUpdate(0, 1, 1);
        assertThat(peer.failure())
                .isEqualTo("yamux window of yamux stream 1 enlarged from 4294967295 by 1, at most 4294967295");
        assertThat(stream.isReset()).isTrue();
    }

    @Test
    void read_halfTheWindow_updateOnlyThen() {
        YamuxStream stream = peer.opened(1);
        peer.receivedZeros(0, 1, Yamux.INITIAL_WINDOW_BYTES);
        assertThat(peer.session.hasOutput()).isFalse();
        release(stream.read(Yamux.INITIAL_WINDOW_BYTES / 2 - 1, 0));
        assertThat(peer.session.hasOutput()).isFalse();
        release(stream.read(1, 0));
        assertThat(peer.outputHex())
                .isEqualTo(
                        "00" // version
                                + "01" // type: window update
                                + "0000" // no flags
                                + "00000001" // stream
                                + "00020000"); // 128 KiB more
        peer.receivedZeros(0, 1, Yamux.INITIAL_WINDOW_BYTES / 2);
        assertThat(peer.session.isOpen()).isTrue();
        peer.receivedZeros(0, 1, 1);
        assertThat(peer.session.isOpen()).isFalse();
    }

    @Test
    void read_afterFin_noWindowUpdate() {
        YamuxStream stream = peer.opened(1);
        peer.receivedZeros(Yamux.FIN, 1, Yamux.INITIAL_WINDOW_BYTES);
        assertThat(peer.drain(stream)).isEqualTo(Yamux.INITIAL_WINDOW_BYTES);
        assertThat(peer.outputFrames()).isEmpty();
    }

    @Test
    void read_finArrivesBeforeTheUpdateLeft_noWindowUpdate() {
        YamuxStream stream = peer.opened(1);
        peer.receivedZeros(0, 1, Yamux.INITIAL_WINDOW_BYTES);
        assertThat(peer.drain(stream)).isEqualTo(Yamux.INITIAL_WINDOW_BYTES);
        peer.receivedUpdate(Yamux.FIN, 1, 0);
        assertThat(peer.outputFrames()).isEmpty();
        assertThat(peer.session.hasOutput()).isFalse();
    }

    @Test
    void read_fastReaderAndKnownRoundTrip_windowGrows() {
        peer.session.ping();
        peer.outputFrames();
        peer.now = 10_000_000;
        peer.receivedHex("00 02 0002 00000000 00000001");
        assertThat(peer.session.roundTripNanos()).isEqualTo(10_000_000);
        assertThat(peer.events()).containsExactly(new YamuxEvent.Pong(10_000_000));
        YamuxStream stream = peer.opened(1);
        peer.receivedZeros(0, 1, Yamux.INITIAL_WINDOW_BYTES);
        peer.now += 39_999_999;
        peer.drain(stream);
        assertThat(peer.outputFrames())
                .containsExactly(new YamuxFrame.WindowUpdate(0, 1, 2L * Yamux.INITIAL_WINDOW_BYTES));
    }

    private static void release(@Nullable ByteBuf piece) {
        Objects.requireNonNull(piece).release();
    }

    // Pings and go-away.

    @Test
    void received_ping_answeredWithItsValue() {
        peer.receivedHex("00 02 0001 00000000 cafebabe");
        assertThat(peer.outputHex())
                .isEqualTo(
                        "00" // version
                                + "02" // type: ping
                                + "0002" // flags: ACK
                                + "00000000" // the session
                                + "cafebabe"); // the same value
    }

    @Test
    void received_pingAnswersNobodyAskedFor_ignored() {
        peer.receivedHex(
                "00 02 0002 00000000 00000001" + "00 02 0003 00000000 00000000" + "00 02 0000 00000000 00000000");
        assertThat(peer.events()).isEmpty();
        assertThat(peer.session.hasOutput()).isFalse();
    }

    @Test
    void ping_answered_tellsTheRoundTrip() {
        assertThat(peer.session.ping()).isTrue();
        assertThat(peer.session.ping()).isFalse();
        peer.now = 100;
        assertThat(peer.outputHex())
                .isEqualTo(
                        "00" // version
                                + "02" // type: ping
                                + "0001" // flags: SYN
                                + "00000000" // the session
                                + "00000001"); // our value
        assertThat(peer.session.ping()).isFalse();
        peer.now = 350;
        peer.receivedHex("00 02 0002 00000000 00000001");
        assertThat(peer.events()).containsExactly(new YamuxEvent.Pong(250));
        assertThat(peer.session.ping()).isTrue();
    }

    @Test
    void goAway_byUs_newStreamsRefusedAndOldOnesGoOn() {
        YamuxStream old = peer.opened(1);
        peer.session.goAway(Yamux.GO_AWAY_NORMAL);
        peer.session.goAway(Yamux.GO_AWAY_NORMAL);
        assertThatThrownBy(peer.session::open)
                .isInstanceOf(ClosedException.class)
                .hasMessageContaining("going away");
        peer.receivedUpdate(Yamux.SYN, 3, 0);
        assertThat(peer.events()).isEmpty();
        assertThat(peer.outputFrames())
                .containsExactly(new YamuxFrame.GoAway(0), new YamuxFrame.WindowUpdate(Yamux.RST, 3, 0));
        assertThat(old.write(peer.buffer((byte) 1), "a")).isEqualTo(WriteResult.ACCEPTED);
        assertThat(peer.outputFrames()).hasSize(2);
    }

    @Test
    void goAway_byThePeer_toldOnceAndOldStreamsGoOn() {
        YamuxStream old = peer.opened(1);
        peer.receivedHex("00 03 0000 00000000 00000000" + "00 03 0000 00000000 00000002");
        assertThat(peer.events()).containsExactly(new YamuxEvent.GoAway(0));
        assertThatThrownBy(peer.session::open).isInstanceOf(ClosedException.class);
        assertThat(old.write(peer.buffer((byte) 1), "a")).isEqualTo(WriteResult.ACCEPTED);
    }

    @Test
    void close_goAwayNotSentYet_nothingToSend() {
        peer.session.goAway(Yamux.GO_AWAY_NORMAL);
        peer.session.close();
        assertThat(peer.session.hasOutput()).isFalse();
    }

    @Test
    void close_afterFailure_nothingToSend() {
        peer.receivedHex("ff 00 0000 00000000 00000000");
        assertThat(peer.session.hasOutput()).isTrue();
        peer.session.close();
        assertThat(peer.session.hasOutput()).isFalse();
        assertThat(peer.events()).hasSize(1);
    }

    @Test
    void close_streamsAndWrites_resetAndDropped() {
        YamuxStream stream = peer.opened(1);
        stream.write(peer.zeros(100), "token");
        peer.session.close();
        assertThat(peer.events())
                .containsExactly(
                        new YamuxEvent.Dropped(stream, "token"),
                        new YamuxEvent.Reset(stream, ResetCause.CONNECTION, 0));
        assertThat(peer.session.hasOutput()).isFalse();
        assertThat(peer.session.ping()).isFalse();
        assertThatThrownBy(peer.session::open)
                .isInstanceOf(ClosedException.class)
                .hasMessageContaining("closed");
        peer.receivedUpdate(Yamux.SYN, 3, 0);
        assertThat(peer.events()).isEmpty();
    }

    // Output.

    @Test
    void pollOutput_roomAtTheBound_takenButNotOneLess() {
        ByteBuf out = peer.allocator.buffer(100, 100);
        assertThat(peer.session.pollOutput(out, Yamux.MIN_OUTPUT_BYTES, 0)).isZero();
        assertThat(peer.session.pollOutput(out, 100, 0)).isZero();
        assertThatThrownBy(() -> peer.session.pollOutput(out, Yamux.MIN_OUTPUT_BYTES - 1, 0))
                .isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> peer.session.pollOutput(out, 101, 0)).isInstanceOf(InvalidSettingException.class);
        out.release();
    }

    @Test
    void pollOutput_severalStreams_oneFrameEachInTurn() {
        YamuxStream bulk = peer.opened(1);
        YamuxStream other = peer.opened(3);
        bulk.write(peer.zeros(100_000), "bulk");
        other.write(peer.zeros(40_000), "other");
        int frame = 32 * 1024;
        assertThat(peer.outputFrames())
                .containsExactly(
                        new YamuxFrame.WindowUpdate(Yamux.ACK, 1, 0),
                        new YamuxFrame.WindowUpdate(Yamux.ACK, 3, 0),
                        new YamuxFrame.Data(0, 1, frame),
                        // What is left of 64 KiB of output after two updates and two headers.
                        new YamuxFrame.Data(0, 3, frame - 4 * Yamux.HEADER_BYTES),
                        new YamuxFrame.Data(0, 1, frame),
                        new YamuxFrame.Data(0, 3, 40_000 - frame + 4 * Yamux.HEADER_BYTES),
                        new YamuxFrame.Data(0, 1, 65_536 - frame - (40_000 - frame + 48) - 36),
                        new YamuxFrame.Data(0, 1, 100_000 - 2 * frame - (65_536 - frame - (40_000 - frame + 48) - 36)));
    }

    @Test
    void pollOutput_pingBehindBulkData_goesFirst() {
        YamuxStream bulk = peer.opened(1);
        bulk.write(peer.zeros(200_000), "bulk");
        ByteBuf out = peer.allocator.buffer();
        peer.session.pollOutput(out, 16 * 1024, 0);
        peer.receivedHex("00 02 0001 00000000 00000005");
        out.clear();
        peer.session.pollOutput(out, 16 * 1024, 0);
        assertThat(YamuxPeer.frames(out).get(0)).isEqualTo(new YamuxFrame.Ping(Yamux.ACK, 5));
        out.release();
    }

    @Test
    void pollOutput_manySmallWrites_oneFrame() {
        YamuxStream stream = peer.opened(1);
        for (int i = 0; i < 1000; i++) {
            stream.write(peer.buffer((byte) i), i);
        }
        assertThat(peer.outputFrames())
                .containsExactly(new YamuxFrame.WindowUpdate(Yamux.ACK, 1, 0), new YamuxFrame.Data(0, 1, 1000));
        assertThat(peer.events()).hasSize(1000);
    }

    @Test
    void pollOutput_roomForDataButNotForSyn_synStillFirst() {
        for (int i = 0; i < 4; i++) {
            peer.received(new YamuxFrame.Ping(Yamux.SYN, i));
        }
        peer.session.open().write(peer.zeros(2), "a");
        ByteBuf all = peer.allocator.buffer();
        while (peer.session.hasOutput()) {
            peer.session.pollOutput(all, Yamux.MIN_OUTPUT_BYTES, 0);
        }
        assertThat(YamuxPeer.frames(all).subList(4, 6))
                .containsExactly(new YamuxFrame.WindowUpdate(Yamux.SYN, 2, 0), new YamuxFrame.Data(0, 2, 2));
        all.release();
    }

    @Test
    void pollOutput_leastRoom_neverMoreAndEverythingComes() {
        YamuxStream stream = peer.session.open();
        for (int i = 0; i < 20; i++) {
            peer.session.open();
            peer.receivedHex("00 02 0001 00000000 00000005");
        }
        stream.write(peer.zeros(10_000), "a");
        stream.closeWrite();
        ByteBuf all = peer.allocator.buffer();
        while (peer.session.hasOutput()) {
            assertThat(peer.session.pollOutput(all, Yamux.MIN_OUTPUT_BYTES, 0)).isBetween(1, Yamux.MIN_OUTPUT_BYTES);
        }
        List<YamuxFrame> frames = YamuxPeer.frames(all);
        all.release();
        assertThat(frames.get(frames.size() - 1)).isEqualTo(new YamuxFrame.WindowUpdate(Yamux.FIN, 2, 0));
        List<YamuxFrame.Data> data = frames.stream()
                .filter(YamuxFrame.Data.class::isInstance)
                .map(YamuxFrame.Data.class::cast)
                .toList();
        assertThat(data.stream().mapToLong(YamuxFrame.Data::length).sum()).isEqualTo(10_000);
        assertThat(frames.indexOf(new YamuxFrame.WindowUpdate(Yamux.SYN, 2, 0)))
                .isNotNegative()
                .isLessThan(frames.indexOf(data.get(0)));
    }
}
