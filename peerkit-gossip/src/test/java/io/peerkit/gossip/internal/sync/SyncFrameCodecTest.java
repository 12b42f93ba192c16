// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborMap;
import io.peerkit.gossip.internal.entry.Mutations;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.reconcile.Fingerprint;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SyncFrameCodecTest {
    private static final List<SyncFrame> FRAMES = List.of(
            hello(Optional.empty(), false),
            hello(Optional.of(new byte[64]), true),
            SyncFrame.Answer.of(SyncFrame.Way.EQUAL, 0),
            SyncFrame.Answer.of(SyncFrame.Way.CHECK, 0),
            SyncFrame.Answer.of(SyncFrame.Way.BULK, 77),
            SyncFrame.Answer.of(SyncFrame.Way.RANGES, 77),
            new SyncFrame.Answer(SyncFrame.Way.SYMBOLS, 77, new byte[36]),
            new SyncFrame.More(2_048),
            new SyncFrame.Symbols(new byte[24]),
            new SyncFrame.WantShort(new byte[16]),
            new SyncFrame.Sum(new byte[16]),
            new SyncFrame.Busy(),
            new SyncFrame.Keys(new byte[80], Optional.of(SyncPair.key(3)), false),
            new SyncFrame.Keys(new byte[0], Optional.empty(), true),
            new SyncFrame.Reconcile(new byte[] {0x61, 1, 2}),
            new SyncFrame.Want(new byte[64]),
            new SyncFrame.Entries(
                    List.of(new WireEntry(new byte[9], new byte[3]), new WireEntry(new byte[1], new byte[0]))),
            new SyncFrame.Done(),
            new SyncFrame.Offer(1),
            new SyncFrame.Stored(0, SyncFrame.Stored.State.WHOLE),
            new SyncFrame.Stored(70_000, SyncFrame.Stored.State.LOST),
            new SyncFrame.Stored(9, SyncFrame.Stored.State.GOING),
            new SyncFrame.Refuse("wrong-network"));

    private static SyncFrame hello(Optional<byte[]> estimate, boolean deep) {
        return new SyncFrame.Hello(2, -3, "all", 1, 4, 9, Fingerprint.of(new byte[16]), 5, estimate, deep);
    }

    @Test
    void roundTrip_everyFrame_equal() {
        for (SyncFrame frame : FRAMES) {
            byte[] encoded = SyncFrameCodec.encode(frame);
            SyncFrame decoded = SyncFrameCodec.decode(encoded);
            assertThat(decoded).isInstanceOf(frame.getClass());
            assertThat(SyncFrameCodec.encode(decoded)).isEqualTo(encoded);
        }
    }

    @Test
    void decode_unknownKey_ignored() {
        byte[] later =
                Cbor.encode(CborMap.builder().put("t", 7).put("zz", "new").build());
        assertThat(SyncFrameCodec.decode(later)).isEqualTo(new SyncFrame.Done());
    }

    @Test
    void decode_unknownType_refused() {
        for (int type : new int[] {0, 16}) {
            byte[] frame = Cbor.encode(CborMap.builder().put("t", type).build());
            assertThatThrownBy(() -> SyncFrameCodec.decode(frame))
                    .isInstanceOf(InvalidBytesException.class)
                    .hasMessageContaining("1 to 15");
        }
    }

    @Test
    void decode_keysAndIds_atMostTheBoundAndWhole() {
        assertThat(decodeWant(SyncFrameCodec.MAX_KEYS * 32)).isInstanceOf(SyncFrame.Want.class);
        assertThatThrownBy(() -> decodeWant((SyncFrameCodec.MAX_KEYS + 1) * 32))
                .isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> decodeWant(33)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_symbols_atMostTheBoundAndWhole() {
        assertThat(decodeSymbols(SyncFrameCodec.MAX_SYMBOLS * 12)).isInstanceOf(SyncFrame.Symbols.class);
        assertThatThrownBy(() -> decodeSymbols((SyncFrameCodec.MAX_SYMBOLS + 1) * 12))
                .isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> decodeSymbols(13)).isInstanceOf(InvalidBytesException.class);
    }

    private static SyncFrame decodeSymbols(int bytes) {
        return SyncFrameCodec.decode(SyncFrameCodec.encode(new SyncFrame.Symbols(new byte[bytes])));
    }

    private static SyncFrame decodeWant(int bytes) {
        return SyncFrameCodec.decode(SyncFrameCodec.encode(new SyncFrame.Want(new byte[bytes])));
    }

    @Test
    void decode_mutations_takenOrRefused() {
        Mutations.feed(21, FRAMES.stream().map(SyncFrameCodec::encode).toList(), SyncFrameCodec::decode);
    }
}
