// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.Frames;
import io.peerkit.gossip.internal.entry.Mutations;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlobFrameCodecTest {
    private static final BlobHash HASH = BlobHash.ofBlob(new byte[] {1});
    private static final List<BlobFrame> FRAMES = List.of(
            new BlobFrame.Want(List.of(HASH)),
            new BlobFrame.Chunk(HASH, new byte[100]),
            new BlobFrame.Absent(List.of(HASH, HASH)));

    @Test
    void roundTrip_everyFrame_equal() {
        for (BlobFrame frame : FRAMES) {
            byte[] encoded = BlobFrameCodec.encode(frame);
            BlobFrame decoded = BlobFrameCodec.decode(encoded);
            assertThat(decoded).isInstanceOf(frame.getClass());
            assertThat(BlobFrameCodec.encode(decoded)).isEqualTo(encoded);
        }
    }

    @Test
    void decode_longestChunk_fits() {
        byte[] most = BlobFrameCodec.encode(new BlobFrame.Chunk(HASH, new byte[1_048_576]));
        assertThat(most.length).isLessThan(BlobFrameCodec.MAX_FRAME_BYTES);
        assertThat(BlobFrameCodec.decode(most)).isInstanceOf(BlobFrame.Chunk.class);
        byte[] more = BlobFrameCodec.encode(new BlobFrame.Chunk(HASH, new byte[1_048_577]));
        assertThatThrownBy(() -> BlobFrameCodec.decode(more)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_hashes_1To64AndWhole() {
        assertThat(wants(64)).isInstanceOf(BlobFrame.Want.class);
        assertThatThrownBy(() -> wants(65)).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> wants(0)).isInstanceOf(InvalidBytesException.class);
        byte[] cut =
                Cbor.encode(CborMap.builder().put("t", 3).put("i", new byte[33]).build());
        assertThatThrownBy(() -> BlobFrameCodec.decode(cut)).isInstanceOf(InvalidBytesException.class);
    }

    private static BlobFrame wants(int count) {
        return BlobFrameCodec.decode(BlobFrameCodec.encode(new BlobFrame.Want(Collections.nCopies(count, HASH))));
    }

    @Test
    void frame_everyLengthOfHead_asTheEncoderWrites() {
        for (int length : new int[] {0, 1, 23, 24, 255, 256, 65_535, 65_536, 1_048_576}) {
            byte[] bytes = new byte[length];
            new SplittableRandom(length).nextBytes(bytes);
            byte[] encoded = BlobFrameCodec.encode(new BlobFrame.Chunk(HASH, bytes));
            assertThat(BlobFrameCodec.frame(HASH, bytes)).isEqualTo(Frames.write(encoded));
            BlobFrame.Chunk decoded = (BlobFrame.Chunk) BlobFrameCodec.decode(encoded);
            assertThat(decoded.hash()).isEqualTo(HASH);
            assertThat(decoded.bytes()).isEqualTo(bytes);
        }
    }

    @Test
    void decode_chunkWithAnUnknownKey_taken() {
        byte[] frame = Cbor.encode(CborMap.builder()
                .put("d", new byte[100])
                .put("h", HASH.toBytes())
                .put("t", 2)
                .put("x", 1)
                .build());
        assertThat(((BlobFrame.Chunk) BlobFrameCodec.decode(frame)).bytes()).hasSize(100);
    }

    @Test
    void decode_unknownType_refused() {
        byte[] frame = Cbor.encode(CborMap.builder().put("t", 4).build());
        assertThatThrownBy(() -> BlobFrameCodec.decode(frame))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("1 to 3");
    }

    @Test
    void decode_mutations_takenOrRefused() {
        Mutations.feed(51, FRAMES.stream().map(BlobFrameCodec::encode).toList(), BlobFrameCodec::decode);
    }
}
