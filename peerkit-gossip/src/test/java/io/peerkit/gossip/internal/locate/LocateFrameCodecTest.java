// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborMap;
import io.peerkit.gossip.internal.entry.Mutations;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LocateFrameCodecTest {
    private static final BlobHash HASH = BlobHash.ofBlob(new byte[] {1});
    private static final EntryId ENTRY = EntryId.ofHeader(new byte[] {2});
    private static final List<LocateFrame> FRAMES = List.of(
            new LocateFrame.Find(new Wanted.Blob(HASH)),
            new LocateFrame.Find(new Wanted.Entry(ENTRY)),
            new LocateFrame.Found(Optional.of(new byte[300]), new byte[100]),
            new LocateFrame.Found(Optional.empty(), new byte[0]),
            new LocateFrame.Absent(),
            new LocateFrame.Busy());

    @Test
    void roundTrip_everyFrame_equal() {
        for (LocateFrame frame : FRAMES) {
            byte[] encoded = LocateFrameCodec.encode(frame);
            LocateFrame decoded = LocateFrameCodec.decode(encoded);
            assertThat(decoded).isInstanceOf(frame.getClass());
            assertThat(LocateFrameCodec.encode(decoded)).isEqualTo(encoded);
        }
    }

    @Test
    void encode_question_short() {
        assertThat(LocateFrameCodec.encode(FRAMES.get(0))).hasSizeLessThan(LocateFrameCodec.MAX_QUESTION_BYTES / 2);
    }

    @Test
    void decode_longestAnswer_fitsAndOneMoreIsRefused() {
        byte[] most = LocateFrameCodec.encode(new LocateFrame.Found(Optional.of(new byte[8_192]), new byte[1_048_576]));
        assertThat(most).hasSizeLessThan(LocateFrameCodec.MAX_ANSWER_BYTES);
        assertThat(LocateFrameCodec.decode(most)).isInstanceOf(LocateFrame.Found.class);
        assertRefused(LocateFrameCodec.encode(new LocateFrame.Found(Optional.of(new byte[8_193]), new byte[1])));
        assertRefused(LocateFrameCodec.encode(new LocateFrame.Found(Optional.empty(), new byte[1_048_577])));
    }

    @Test
    void decode_questionForNothingOrBoth_refused() {
        assertRefused(Cbor.encode(CborMap.builder().put("t", 1).build()));
        assertRefused(Cbor.encode(CborMap.builder()
                .put("t", 1)
                .put("h", HASH.toBytes())
                .put("e", ENTRY.toBytes())
                .build()));
        assertRefused(
                Cbor.encode(CborMap.builder().put("t", 1).put("h", new byte[31]).build()));
    }

    @Test
    void decode_unknownType_refused() {
        assertRefused(Cbor.encode(CborMap.builder().put("t", 5).build()));
    }

    private static void assertRefused(byte[] frame) {
        assertThatThrownBy(() -> LocateFrameCodec.decode(frame)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_mutations_takenOrRefused() {
        Mutations.feed(71, FRAMES.stream().map(LocateFrameCodec::encode).toList(), LocateFrameCodec::decode);
    }
}
