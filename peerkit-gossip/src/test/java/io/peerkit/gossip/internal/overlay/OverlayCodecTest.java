// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborMap;
import io.peerkit.gossip.internal.entry.Mutations;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class OverlayCodecTest {
    private static final AgentId A = AgentId.of(new byte[32]);
    private static final List<OverlayMessage> MESSAGES = List.of(
            new OverlayMessage.Join(),
            new OverlayMessage.Walk(List.of(A, A), 5, true),
            new OverlayMessage.Found(List.of(A), A),
            new OverlayMessage.Found(List.of(), A),
            new OverlayMessage.Neighbour(false),
            new OverlayMessage.Accept(),
            new OverlayMessage.Refuse(),
            new OverlayMessage.Part(),
            new OverlayMessage.Shuffle(List.of(A), 4),
            new OverlayMessage.Shuffled(List.of(A, A, A)),
            new OverlayMessage.Size(5_000));

    @Test
    void roundTrip_everyMessage_equal() {
        for (OverlayMessage message : MESSAGES) {
            byte[] encoded = OverlayCodec.encode(message);
            assertThat(OverlayCodec.decode(encoded)).isEqualTo(message);
            assertThat(encoded.length).isLessThanOrEqualTo(ConnectionStrategy.MAX_TOLD_BYTES);
        }
    }

    @Test
    void decode_pathAndSteps_bounded() {
        assertThat(shuffle(OverlayCodec.MAX_PATH, OverlayCodec.MAX_STEPS)).isInstanceOf(OverlayMessage.Shuffle.class);
        assertThatThrownBy(() -> shuffle(OverlayCodec.MAX_PATH + 1, 1)).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> shuffle(1, OverlayCodec.MAX_STEPS + 1)).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> shuffle(0, 1)).isInstanceOf(InvalidBytesException.class);
        byte[] torn =
                Cbor.encode(CborMap.builder().put("t", 9).put("p", new byte[33]).build());
        assertThatThrownBy(() -> OverlayCodec.decode(torn)).isInstanceOf(InvalidBytesException.class);
    }

    private static OverlayMessage shuffle(int path, int steps) {
        return OverlayCodec.decode(
                OverlayCodec.encode(new OverlayMessage.Shuffle(Collections.nCopies(path, A), steps)));
    }

    @Test
    void decode_unknownType_refused() {
        byte[] message = Cbor.encode(CborMap.builder().put("t", 11).build());
        assertThatThrownBy(() -> OverlayCodec.decode(message)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_mutations_takenOrRefused() {
        Mutations.feed(51, MESSAGES.stream().map(OverlayCodec::encode).toList(), OverlayCodec::decode);
    }
}
