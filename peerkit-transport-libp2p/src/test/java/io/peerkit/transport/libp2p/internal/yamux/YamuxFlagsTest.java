// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ACK, FIN and RST in every combination and order, on frames of either type, as go and js and others send them. */
class YamuxFlagsTest {
    private static final int BYTES = 5;

    private final YamuxPeer peer = YamuxPeer.dialer();
    private final YamuxStream stream = peer.session.open();

    /** Before that no answer is one to it. */
    @BeforeEach
    void synLeaves() {
        assertThat(peer.outputFrames()).hasSize(1);
    }

    @AfterEach
    void nothingLeaked() {
        peer.closeWithoutLeak();
    }

    /** Two frames, each with any of ACK, FIN and RST; types 0 data with bytes, 1 data without, 2 window update. */
    static Stream<Arguments> pairs() {
        return IntStream.range(0, 8 * 3 * 8 * 3)
                .mapToObj(i -> Arguments.of((i & 7) << 1, (i >> 3) % 3, ((i / 24) & 7) << 1, (i / 24 / 8) % 3));
    }

    private void receive(int flags, int type) {
        if (type == 2) {
            peer.receivedUpdate(flags, stream.id(), BYTES);
        } else if (type == 0 && (flags & Yamux.RST) == 0) {
            peer.receivedZeros(flags, stream.id(), BYTES);
        } else {
            peer.received(new YamuxFrame.Data(flags, stream.id(), 0));
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void received_anyTwoFrames_eachFlagActsOnceAndDataOnlyBeforeTheEnd(int first, int type, int second, int nextType) {
        receive(first, type);
        receive(second, nextType);

        List<YamuxEvent> events = peer.events();
        boolean reset = ((first | second) & Yamux.RST) != 0;
        boolean firstEnds = (first & (Yamux.FIN | Yamux.RST)) != 0;
        boolean closedBeforeReset = (first & Yamux.FIN) != 0 && (first & Yamux.RST) == 0;
        boolean closed = closedBeforeReset || (!firstEnds && (second & Yamux.FIN) != 0 && (second & Yamux.RST) == 0);
        int data = (type == 0 && (first & Yamux.RST) == 0 ? BYTES : 0)
                + (nextType == 0 && !firstEnds && (second & Yamux.RST) == 0 ? BYTES : 0);

        assertThat(peer.session.isOpen()).isTrue();
        assertThat(events).filteredOn(YamuxEvent.Reset.class::isInstance).hasSize(reset ? 1 : 0);
        assertThat(events).filteredOn(YamuxEvent.RemoteClosed.class::isInstance).hasSize(closed ? 1 : 0);
        assertThat(events).noneMatch(YamuxEvent.ProtocolError.class::isInstance);
        assertThat(peer.drain(stream)).isEqualTo(reset ? 0 : data);
        boolean acknowledged = (first & Yamux.ACK) != 0 || ((second & Yamux.ACK) != 0 && (first & Yamux.RST) == 0);
        assertThat(stream.isAccepted()).isEqualTo(acknowledged);
        assertThat(stream.isReset()).isEqualTo(reset);
        assertThat(peer.session.streamCount()).isEqualTo(reset ? 0 : 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 0xFFFF_FFFFL})
    void received_goAwayOfAnyCode_toldAndStreamsGoOn(long code) {
        peer.received(new YamuxFrame.GoAway(code));
        assertThat(peer.events()).containsExactly(new YamuxEvent.GoAway(code));
        peer.receivedZeros(Yamux.ACK, stream.id(), BYTES);
        assertThat(peer.drain(stream)).isEqualTo(BYTES);
        receive(Yamux.FIN, 2);
        assertThat(stream.isInputEnded()).isTrue();
        assertThat(peer.session.isOpen()).isTrue();
    }
}
