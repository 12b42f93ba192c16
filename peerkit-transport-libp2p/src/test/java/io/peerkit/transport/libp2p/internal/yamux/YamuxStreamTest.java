// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.transport.libp2p.internal.muxer.WriteResult;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class YamuxStreamTest {
    private static final int SEND_BUFFER = 256 * 1024;

    private final YamuxPeer peer = YamuxPeer.listener();
    private final YamuxStream stream = peer.opened(1);

    @AfterEach
    void nothingLeaked() {
        peer.closeWithoutLeak();
    }

    /** Uses up the send window, so that what is written afterwards stays queued. */
    private void blockSending() {
        stream.write(peer.zeros(Yamux.INITIAL_WINDOW_BYTES), "blocker");
        peer.outputFrames();
        peer.events();
    }

    @Test
    void write_bufferFull_refusedAndWritableToldAtHalf() {
        blockSending();
        assertThat(stream.write(peer.zeros(SEND_BUFFER), "fits")).isEqualTo(WriteResult.ACCEPTED);
        assertThat(stream.writableBytes()).isZero();
        ByteBuf refused = peer.zeros(1);
        assertThat(stream.write(refused, "refused")).isEqualTo(WriteResult.FULL);
        assertThat(refused.refCnt()).isEqualTo(1);
        refused.release();
        peer.receivedUpdate(0, 1, SEND_BUFFER / 4);
        peer.outputFrames();
        assertThat(peer.events()).isEmpty();
        peer.receivedUpdate(0, 1, SEND_BUFFER / 4 + SendQueue.WRITE_COST_BYTES);
        peer.outputFrames();
        assertThat(peer.events()).containsExactly(new YamuxEvent.Writable(stream));
        peer.receivedUpdate(0, 1, SEND_BUFFER);
        peer.outputFrames();
        assertThat(peer.events()).containsExactly(new YamuxEvent.Written(stream, "fits"));
    }

    @Test
    void write_longerThanTheBuffer_refusedAsAMistake() {
        ByteBuf data = peer.zeros(SEND_BUFFER + 1);
        assertThatThrownBy(() -> stream.write(data, "a"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("yamux write of 262145 bytes, at most 262144");
        assertThat(data.refCnt()).isEqualTo(1);
        data.release();
    }

    @Test
    void write_emptyWithNothingQueued_writtenAtOnce() {
        assertThat(stream.write(peer.zeros(0), "empty")).isEqualTo(WriteResult.ACCEPTED);
        assertThat(peer.events()).containsExactly(new YamuxEvent.Written(stream, "empty"));
        assertThat(peer.memoryBytes()).isZero();
    }

    @Test
    void write_emptyBehindData_writtenInOrder() {
        blockSending();
        stream.write(peer.zeros(5), "data");
        stream.write(peer.zeros(0), "empty");
        assertThat(peer.events()).isEmpty();
        peer.receivedUpdate(0, 1, 5);
        peer.outputFrames();
        assertThat(peer.events())
                .containsExactly(new YamuxEvent.Written(stream, "data"), new YamuxEvent.Written(stream, "empty"));
    }

    @Test
    void write_floodOfEmptyOnes_bounded() {
        blockSending();
        stream.write(peer.zeros(1), "data");
        int accepted = 0;
        ByteBuf empty = peer.zeros(0);
        while (stream.write(empty.retainedDuplicate(), "empty") == WriteResult.ACCEPTED) {
            accepted++;
        }
        assertThat(accepted).isLessThanOrEqualTo(SEND_BUFFER / SendQueue.WRITE_COST_BYTES);
        empty.release(2);
    }

    @Test
    void closeWrite_dataQueued_finByItselfAfterAllData() {
        blockSending();
        stream.write(peer.zeros(10), "data");
        stream.closeWrite();
        stream.closeWrite();
        ByteBuf late = peer.zeros(1);
        assertThat(stream.write(late, "late")).isEqualTo(WriteResult.CLOSED);
        assertThat(late.refCnt()).isEqualTo(1);
        late.release();
        assertThat(peer.outputFrames()).isEmpty();
        peer.receivedUpdate(0, 1, 10);
        assertThat(peer.outputHex())
                .isEqualTo(
                        "00" // version
                                + "00" // type: data
                                + "0000" // no flags: FIN comes by itself
                                + "00000001" // stream
                                + "0000000a" // ten bytes
                                + "00000000000000000000"
                                + "00" // version
                                + "01" // type: window update
                                + "0004" // flags: FIN
                                + "00000001" // stream
                                + "00000000"); // nothing more
    }

    @Test
    void closeWrite_nothingWritten_acceptsAndEnds() {
        stream.closeWrite();
        assertThat(peer.outputHex()).isEqualTo("000100020000000100000000" + "000100040000000100000000");
    }

    @Test
    void closeWrite_outboundBeforeAnythingWasSent_synThenFin() {
        peer.session.open().closeWrite();
        assertThat(peer.outputHex()).isEqualTo("000100010000000200000000" + "000100040000000200000000");
    }

    @Test
    void closeWrite_peerStillSends_dataGoesOn() {
        stream.closeWrite();
        peer.outputFrames();
        peer.receivedZeros(0, 1, 100);
        assertThat(peer.drain(stream)).isEqualTo(100);
        assertThat(peer.session.streamCount()).isEqualTo(1);
        peer.receivedUpdate(Yamux.FIN, 1, 0);
        assertThat(peer.session.streamCount()).isZero();
    }

    @Test
    void remoteClosed_weStillSend_dataGoesOn() {
        peer.receivedUpdate(Yamux.FIN, 1, 0);
        assertThat(stream.isInputEnded()).isTrue();
        assertThat(stream.write(peer.zeros(100), "a")).isEqualTo(WriteResult.ACCEPTED);
        stream.closeWrite();
        assertThat(peer.session.streamCount()).isEqualTo(1);
        assertThat(peer.outputFrames()).contains(new YamuxFrame.Data(0, 1, 100));
        assertThat(peer.session.streamCount()).isZero();
    }

    @Test
    void bothClosed_unreadData_keepsItsPlaceUntilRead() {
        peer.receivedZeros(Yamux.FIN, 1, 100);
        stream.closeWrite();
        peer.outputFrames();
        assertThat(peer.session.streamCount()).isEqualTo(1);
        assertThat(peer.drain(stream)).isEqualTo(100);
        assertThat(peer.session.streamCount()).isZero();
        assertThat(stream.isReset()).isFalse();
        stream.reset(1);
        assertThat(stream.isReset()).isFalse();
        assertThat(peer.session.hasOutput()).isFalse();
    }

    @Test
    void reset_byUs_codeInTheLengthAndQueuesDropped() {
        blockSending();
        stream.write(peer.zeros(100), "token");
        peer.receivedZeros(0, 1, 100);
        peer.events();
        stream.reset(0xFFFF_FFFFL);
        stream.reset(2);
        assertThat(peer.outputHex())
                .isEqualTo(
                        "00" // version
                                + "01" // type: window update
                                + "0008" // flags: RST
                                + "00000001" // stream
                                + "ffffffff"); // the code
        assertThat(peer.events()).containsExactly(new YamuxEvent.Dropped(stream, "token"));
        assertThat(stream.isReset()).isTrue();
        assertThat(stream.isInputEnded()).isTrue();
        assertThat(stream.read(10, 0)).isNull();
        assertThat(stream.writableBytes()).isZero();
        assertThat(peer.memoryBytes()).isZero();
    }

    @Test
    void reset_codeBeyondItsBounds_refused() {
        assertThatThrownBy(() -> stream.reset(-1)).isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> stream.reset(0x1_0000_0000L)).isInstanceOf(InvalidSettingException.class);
        assertThat(stream.isReset()).isFalse();
    }

    @Test
    void reset_byThePeer_toldWithItsCode() {
        peer.receivedZeros(0, 1, 100);
        peer.events();
        peer.receivedUpdate(Yamux.RST, 1, 42);
        assertThat(peer.events()).containsExactly(new YamuxEvent.Reset(stream, ResetCause.PEER, 42));
        assertThat(stream.read(10, 0)).isNull();
        assertThat(peer.session.hasOutput()).isFalse();
    }

    @Test
    void reset_byThePeerOnADataFrame_lengthIsNoPayload() {
        peer.receivedHex("00 00 0008 00000001 00000064" + "00 02 0001 00000000 00000001");
        assertThat(peer.events()).containsExactly(new YamuxEvent.Reset(stream, ResetCause.PEER, 100));
        assertThat(peer.outputFrames()).containsExactly(new YamuxFrame.Ping(Yamux.ACK, 1));
    }

    @Test
    void read_lessThanOneByte_refused() {
        peer.receivedZeros(0, 1, 10);
        assertThatThrownBy(() -> stream.read(0, 0))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("yamux read of 0 bytes, must be at least 1");
        assertThat(stream.readableBytes()).isEqualTo(10);
    }

    @Test
    void dataAvailable_moreBeforeAllWasRead_toldOnce() {
        peer.receivedZeros(0, 1, 10);
        peer.receivedZeros(0, 1, 10);
        assertThat(peer.events()).containsExactly(new YamuxEvent.DataAvailable(stream));
        Objects.requireNonNull(stream.read(5, 0)).release();
        peer.receivedZeros(0, 1, 10);
        assertThat(peer.events()).isEmpty();
        peer.drain(stream);
        peer.receivedZeros(0, 1, 10);
        assertThat(peer.events()).containsExactly(new YamuxEvent.DataAvailable(stream));
    }
}
