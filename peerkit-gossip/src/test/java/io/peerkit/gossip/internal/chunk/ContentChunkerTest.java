// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.BlobHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ContentChunkerTest {
    private static final int MIB = 1_048_576;
    private static final long SEED = Long.getLong("peerkit.seed", 20_261_120L);

    private static byte[] random(int bytes) {
        byte[] content = new byte[bytes];
        new SplittableRandom(SEED).nextBytes(content);
        return content;
    }

    private static List<ChunkRef> chunks(byte[] content) {
        List<ChunkRef> chunks = new ArrayList<>();
        for (int at = 0; at < content.length; ) {
            int length = ContentChunker.cut(content, at, content.length);
            chunks.add(new ChunkRef(BlobHash.ofBlob(Arrays.copyOfRange(content, at, at + length)), length));
            at += length;
        }
        return chunks;
    }

    @Test
    void gear_firstAndLast_asDocumented() {
        // SHA-256 of "peerkit-gear-1" and the byte 0 or 255, as any other tool computes it.
        long[] gear = ContentChunker.gear();
        assertThat(gear).hasSize(256).doesNotHaveDuplicates();
        assertThat(Long.toHexString(gear[0])).isEqualTo("dbf5571b5a4b1b37");
        assertThat(Long.toHexString(gear[255])).isEqualTo("89888ef8d92bff65");
    }

    @Test
    void cut_shortContent_oneChunk() {
        for (int length : new int[] {1, 2, ContentChunker.MIN_BYTES - 1, ContentChunker.MIN_BYTES}) {
            assertThat(ContentChunker.cut(random(length), 0, length)).isEqualTo(length);
        }
        assertThat(ContentChunker.cut(new byte[0], 0, 0)).isZero();
    }

    @Test
    void cut_constantContent_longestChunks() {
        byte[] zeros = new byte[2 * MIB + 1];
        assertThat(ContentChunker.cut(zeros, 0, zeros.length)).isEqualTo(ContentChunker.MAX_BYTES);
        assertThat(ContentChunker.cut(zeros, 2 * MIB, zeros.length)).isEqualTo(1);
    }

    @Test
    void cut_laterBytes_doNotMatter() {
        byte[] content = random(4 * MIB);
        int length = ContentChunker.cut(content, 0, content.length);
        assertThat(length).isLessThan(ContentChunker.MAX_BYTES);
        Arrays.fill(content, length, content.length, (byte) 7);
        assertThat(ContentChunker.cut(content, 0, ContentChunker.MAX_BYTES)).isEqualTo(length);
        assertThat(ContentChunker.cut(content, 0, length)).isEqualTo(length);
    }

    @Test
    void cut_randomContent_lengthsWithinBoundsAndNearTheAverage() {
        byte[] content = random(64 * MIB);
        List<ChunkRef> chunks = chunks(content);
        assertThat(chunks.subList(0, chunks.size() - 1))
                .allMatch(chunk ->
                        chunk.length() >= ContentChunker.MIN_BYTES && chunk.length() <= ContentChunker.MAX_BYTES);
        assertThat(content.length / chunks.size()).isBetween(200 * 1024, 350 * 1024);
        System.out.printf(
                "seed %d: %d chunks, %d bytes on average%n", SEED, chunks.size(), content.length / chunks.size());
    }

    @Test
    void cut_oneByteInsertedInFront_almostAllChunksShared() {
        byte[] content = random(64 * MIB);
        byte[] shifted = new byte[content.length + 1];
        System.arraycopy(content, 0, shifted, 1, content.length);
        Set<ChunkRef> before = new HashSet<>(chunks(content));
        List<ChunkRef> after = chunks(shifted);
        long shared = after.stream().filter(before::contains).count();
        System.out.printf("seed %d: %d of %d chunks shared%n", SEED, shared, after.size());
        assertThat(shared).isGreaterThanOrEqualTo(after.size() - 4);
    }

    @Test
    void cut_bytesChangedInTheMiddle_onlyChunksThereDiffer() {
        byte[] content = random(16 * MIB);
        Set<ChunkRef> before = new HashSet<>(chunks(content));
        byte[] changed = content.clone();
        Arrays.fill(changed, 8 * MIB, 8 * MIB + 1_000, (byte) 1);
        List<ChunkRef> after = chunks(changed);
        assertThat(after.stream().filter(chunk -> !before.contains(chunk)).count())
                .isBetween(1L, 5L);
    }
}
