// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborMap;
import io.peerkit.gossip.internal.entry.Mutations;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlobManifestTest {
    private static final BlobHash HASH = BlobHash.ofBlob(new byte[] {1});

    private static BlobManifest manifest(long size, int pages) {
        return new BlobManifest(HASH, size, Collections.nCopies(pages, HASH));
    }

    @Test
    void decode_encoded_equal() {
        BlobManifest manifest = manifest(3L << 30, 5);
        assertThat(BlobManifest.decode(manifest.encode())).isEqualTo(manifest);
    }

    @Test
    void size_leastAndMost_accepted() {
        assertThat(BlobManifest.decode(manifest(1_048_577, 1).encode()).size()).isEqualTo(1_048_577);
        BlobManifest largest = manifest(1L << 40, 16_384);
        assertThat(largest.encode().length).isLessThan(1_048_576);
        assertThat(BlobManifest.decode(largest.encode())).isEqualTo(largest);
        assertThatThrownBy(() -> manifest(1_048_576, 1)).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> manifest((1L << 40) + 1, 16_384)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void pages_moreOrFewerThanTheSizeAllows_refused() {
        long gib = 1L << 30;
        assertThat(manifest(gib, 1).pages()).hasSize(1);
        assertThat(manifest(gib, 16).pages()).hasSize(16);
        assertThatThrownBy(() -> manifest(gib, 17)).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> manifest(gib + 1, 1)).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> manifest(2_000_000, 0)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_unknownKeyOrVersion_refused() {
        byte[] pages = HASH.toBytes();
        CborMap more = CborMap.builder()
                .put("h", HASH.toBytes())
                .put("p", pages)
                .put("s", 2_000_000)
                .put("v", 1)
                .put("x", 1)
                .build();
        CborMap newer = CborMap.builder()
                .put("h", HASH.toBytes())
                .put("p", pages)
                .put("s", 2_000_000)
                .put("v", 2)
                .build();
        assertThat(BlobManifest.isValid(Cbor.encode(more))).isFalse();
        assertThat(BlobManifest.isValid(Cbor.encode(newer))).isFalse();
        assertThat(BlobManifest.isValid(manifest(2_000_000, 1).encode())).isTrue();
    }

    @Test
    void decode_mutations_takenOrRefused() {
        Mutations.feed(
                41,
                List.of(manifest(2_000_000, 1).encode(), manifest(1L << 31, 3).encode()),
                bytes -> {
                    BlobManifest taken = BlobManifest.decode(bytes);
                    assertThat(taken.encode()).isEqualTo(bytes);
                });
    }

    @Test
    void pageDecode_encoded_equal() {
        List<ChunkRef> full = Collections.nCopies(ChunkPage.MAX_CHUNKS, new ChunkRef(HASH, ContentChunker.MAX_BYTES));
        byte[] encoded = ChunkPage.encode(full);
        assertThat(encoded.length).isLessThanOrEqualTo(ChunkPage.MAX_BYTES);
        assertThat(ChunkPage.decode(encoded, false)).isEqualTo(full);
        assertThat(ChunkPage.decode(encoded, true)).isEqualTo(full);
    }

    @Test
    void pageDecode_lengths_inBoundsExceptTheLast() {
        assertThat(ChunkPage.decode(page(ContentChunker.MIN_BYTES, 1), true)).hasSize(2);
        assertThatThrownBy(() -> ChunkPage.decode(page(ContentChunker.MIN_BYTES - 1, 1), true))
                .isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> ChunkPage.decode(page(ContentChunker.MAX_BYTES + 1, 1), true))
                .isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> ChunkPage.decode(page(ContentChunker.MIN_BYTES, 0), true))
                .isInstanceOf(InvalidBytesException.class);
    }

    private static byte[] page(int first, int second) {
        return ChunkPage.encode(List.of(new ChunkRef(HASH, first), new ChunkRef(HASH, second)));
    }

    @Test
    void pageDecode_notFull_onlyAsTheLast() {
        assertThatThrownBy(() -> ChunkPage.decode(page(70_000, 70_000), false))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("1024");
        assertThatThrownBy(() -> ChunkPage.decode(ChunkPage.encode(List.of()), true))
                .isInstanceOf(InvalidBytesException.class);
        List<ChunkRef> over = Collections.nCopies(ChunkPage.MAX_CHUNKS + 1, new ChunkRef(HASH, 70_000));
        assertThatThrownBy(() -> ChunkPage.decode(ChunkPage.encode(over), true))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void pageDecode_mutations_takenOrRefused() {
        List<ChunkRef> chunks = new ArrayList<>();
        for (byte i = 0; i < 5; i++) {
            chunks.add(new ChunkRef(BlobHash.ofBlob(new byte[] {i}), ContentChunker.MIN_BYTES + i));
        }
        Mutations.feed(42, List.of(ChunkPage.encode(chunks)), bytes -> {
            List<ChunkRef> taken = ChunkPage.decode(bytes, true);
            assertThat(ChunkPage.encode(taken)).isEqualTo(bytes);
        });
    }
}
