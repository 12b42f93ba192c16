// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborMap;
import io.peerkit.gossip.internal.entry.Mutations;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class HoldersFrameCodecTest {
    private static final EntryKey KEY = new EntryKey(7, EntryId.ofHeader(new byte[] {1}));
    private static final List<HoldersFrame> FRAMES = List.of(
            new HoldersFrame.Ask(List.of(KEY)),
            new HoldersFrame.Ask(Collections.nCopies(32, KEY)),
            new HoldersFrame.Held(BitSet.valueOf(new long[] {0x8000_0001L})),
            new HoldersFrame.Held(new BitSet()),
            new HoldersFrame.Busy());

    @Test
    void roundTrip_everyFrame_equal() {
        for (HoldersFrame frame : FRAMES) {
            byte[] encoded = HoldersFrameCodec.encode(frame);
            assertThat(encoded).hasSizeLessThan(HoldersFrameCodec.MAX_FRAME_BYTES);
            assertThat(HoldersFrameCodec.decode(encoded)).isEqualTo(frame);
        }
    }

    @Test
    void decode_keys_1To32AndWhole() {
        assertRefused(HoldersFrameCodec.encode(new HoldersFrame.Ask(Collections.nCopies(33, KEY))));
        assertRefused(HoldersFrameCodec.encode(new HoldersFrame.Ask(List.of())));
        assertRefused(
                Cbor.encode(CborMap.builder().put("t", 1).put("k", new byte[41]).build()));
    }

    @Test
    void decode_moreBitsThanKeys_refused() {
        assertRefused(
                Cbor.encode(CborMap.builder().put("t", 2).put("h", new byte[5]).build()));
    }

    @Test
    void decode_unknownType_refused() {
        assertRefused(Cbor.encode(CborMap.builder().put("t", 4).build()));
    }

    private static void assertRefused(byte[] frame) {
        assertThatThrownBy(() -> HoldersFrameCodec.decode(frame)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_mutations_takenOrRefused() {
        Mutations.feed(81, FRAMES.stream().map(HoldersFrameCodec::encode).toList(), HoldersFrameCodec::decode);
    }
}
