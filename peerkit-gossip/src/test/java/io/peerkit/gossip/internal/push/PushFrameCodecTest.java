// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborMap;
import io.peerkit.gossip.internal.entry.Mutations;
import io.peerkit.gossip.internal.entry.WireEntry;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PushFrameCodecTest {
    private static final List<PushFrame> FRAMES = List.of(
            new PushFrame.Entries(List.of(new WireEntry(new byte[20], new byte[4])), List.of()),
            new PushFrame.Entries(
                    List.of(new WireEntry(new byte[20], new byte[4])), List.of(new PushFrame.Run(-5, 254, 1))),
            new PushFrame.Announce(new byte[80], List.of()),
            new PushFrame.Announce(new byte[80], List.of(new PushFrame.Run(1, 0, 1), new PushFrame.Run(2, 255, 1))),
            new PushFrame.Want(new byte[96], List.of()),
            new PushFrame.Want(new byte[0], List.of(3L, Long.MIN_VALUE)),
            new PushFrame.Prune(List.of(4L)));

    @Test
    void roundTrip_everyFrame_equal() {
        for (PushFrame frame : FRAMES) {
            byte[] encoded = PushFrameCodec.encode(frame);
            PushFrame decoded = PushFrameCodec.decode(encoded);
            assertThat(decoded).isInstanceOf(frame.getClass());
            assertThat(PushFrameCodec.encode(decoded)).isEqualTo(encoded);
        }
    }

    @Test
    void decode_largestEntry_fits() {
        WireEntry largest = new WireEntry(new byte[8_192], new byte[1_048_576]);
        byte[] encoded = PushFrameCodec.encode(new PushFrame.Entries(List.of(largest), List.of()));
        assertThat(encoded.length).isLessThan(PushFrameCodec.MAX_FRAME_BYTES);
        assertThat(PushFrameCodec.decode(encoded)).isInstanceOf(PushFrame.Entries.class);
        byte[] larger = PushFrameCodec.encode(
                new PushFrame.Entries(List.of(new WireEntry(new byte[1], new byte[1_048_577])), List.of()));
        assertThatThrownBy(() -> PushFrameCodec.decode(larger)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_entries_atMost4096() {
        WireEntry small = new WireEntry(new byte[1], new byte[1]);
        byte[] most = PushFrameCodec.encode(new PushFrame.Entries(Collections.nCopies(4_096, small), List.of()));
        assertThat(((PushFrame.Entries) PushFrameCodec.decode(most)).entries()).hasSize(4_096);
        byte[] more = PushFrameCodec.encode(new PushFrame.Entries(Collections.nCopies(4_097, small), List.of()));
        assertThatThrownBy(() -> PushFrameCodec.decode(more)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_keysAndIds_atMost1024AndWhole() {
        assertThat(announce(1_024 * 40)).isInstanceOf(PushFrame.Announce.class);
        assertThatThrownBy(() -> announce(1_025 * 40)).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> announce(41)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_runs_coverEveryItem() {
        assertThat(runs(2)).isInstanceOf(PushFrame.Announce.class);
        assertThatThrownBy(() -> runs(1)).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> runs(3)).isInstanceOf(InvalidBytesException.class);
        byte[] tooMany = PushFrameCodec.encode(
                new PushFrame.Announce(new byte[40], List.of(new PushFrame.Run(1, 1, 0), new PushFrame.Run(1, 1, 1))));
        assertThatThrownBy(() -> PushFrameCodec.decode(tooMany)).isInstanceOf(InvalidBytesException.class);
    }

    private static PushFrame runs(int count) {
        return PushFrameCodec.decode(
                PushFrameCodec.encode(new PushFrame.Announce(new byte[80], List.of(new PushFrame.Run(1, 1, count)))));
    }

    @Test
    void decode_routes_atMost256() {
        assertThat(prune(256)).isInstanceOf(PushFrame.Prune.class);
        assertThatThrownBy(() -> prune(257)).isInstanceOf(InvalidBytesException.class);
    }

    private static PushFrame prune(int routes) {
        return PushFrameCodec.decode(PushFrameCodec.encode(new PushFrame.Prune(Collections.nCopies(routes, 9L))));
    }

    private static PushFrame announce(int bytes) {
        return PushFrameCodec.decode(PushFrameCodec.encode(new PushFrame.Announce(new byte[bytes], List.of())));
    }

    @Test
    void decode_unknownType_refused() {
        byte[] frame = Cbor.encode(CborMap.builder().put("t", 5).build());
        assertThatThrownBy(() -> PushFrameCodec.decode(frame))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("1 to 4");
    }

    @Test
    void decode_mutations_takenOrRefused() {
        Mutations.feed(31, FRAMES.stream().map(PushFrameCodec::encode).toList(), PushFrameCodec::decode);
    }
}
