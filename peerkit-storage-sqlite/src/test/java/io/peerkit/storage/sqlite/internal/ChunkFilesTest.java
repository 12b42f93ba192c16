// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.WriteBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class ChunkFilesTest {
    @TempDir
    private Path folder;

    private Path file;
    private ChunkFiles files;

    @BeforeEach
    void nameFiles() {
        file = folder.resolve("store.db");
        files = new ChunkFiles(file);
    }

    @Test
    void add_lengthsAroundBlocksAndTransfers_readBack() throws IOException {
        int[] lengths = {0, 1, 4_095, 4_096, 4_097, 262_144, 1_048_575, StoredChunk.MAX_BYTES, 0, 7};
        ChunkPlace[] places = new ChunkPlace[lengths.length];
        try (ChunkAppender appender = new ChunkAppender(files, 4)) {
            for (int i = 0; i < lengths.length; i++) {
                places[i] = appender.add(bytes(i, lengths[i]));
            }
            appender.force();
            appender.committed();
        }

        try (ChunkInput input = new ChunkInput(files)) {
            for (int i = lengths.length - 1; i >= 0; i--) {
                assertThat(input.read(places[i])).isEqualTo(bytes(i, lengths[i]));
            }
        }
        assertThat(places[0].file()).isEqualTo(5);
        assertThat(places[lengths.length - 1].end()).isEqualTo(Files.size(files.path(5)));
    }

    @Test
    void add_fileFull_nextFileBegun() throws IOException {
        try (ChunkAppender appender = new ChunkAppender(files, 0);
                ChunkInput input = new ChunkInput(files)) {
            int fit = (int) (ChunkFiles.MAX_FILE_BYTES / StoredChunk.MAX_BYTES);
            for (int i = 0; i < fit; i++) {
                assertThat(appender.add(bytes(1, StoredChunk.MAX_BYTES)).file()).isEqualTo(1);
            }
            ChunkPlace next = appender.add(bytes(2, 10));
            appender.force();

            assertThat(next.file()).isEqualTo(2);
            assertThat(next.position()).isZero();
            assertThat(Files.size(files.path(1))).isEqualTo(ChunkFiles.MAX_FILE_BYTES);
            assertThat(input.read(next)).isEqualTo(bytes(2, 10));
        }
    }

    @Test
    void rolledBack_committedChunkBefore_onlyThatStays() throws IOException {
        try (ChunkAppender appender = new ChunkAppender(files, 0);
                ChunkInput input = new ChunkInput(files)) {
            ChunkPlace kept = appender.add(bytes(1, 10_000));
            appender.force();
            appender.committed();
            for (int i = 0; i < 70; i++) {
                appender.add(bytes(2, StoredChunk.MAX_BYTES));
            }
            appender.rolledBack();

            assertThat(Files.size(files.path(1))).isEqualTo(kept.end());
            assertThat(files.path(2)).doesNotExist();
            ChunkPlace next = appender.add(bytes(3, 10));
            appender.force();
            appender.committed();
            assertThat(input.read(kept)).isEqualTo(bytes(1, 10_000));
            assertThat(input.read(next)).isEqualTo(bytes(3, 10));
        }
    }

    @Test
    void open_looseFilesAndTails_cleanedAndTheRestKept() throws IOException {
        StoredChunk chunk = CompactionTest.plainChunk(1, 5_000);
        try (Storage store = SqliteStore.open(file)) {
            store.write(WriteBatch.builder().chunks(List.of(chunk)).build()).join();
        }
        Files.write(files.path(1), new byte[50_000], StandardOpenOption.APPEND);
        Files.write(files.path(7), new byte[100]);
        Path foreign = Files.writeString(ChunkFiles.folderOf(file).resolve("notes.txt"), "mine");

        try (Storage store = SqliteStore.open(file)) {
            assertThat(Files.size(files.path(1))).isEqualTo(8_192);
            assertThat(files.path(7)).doesNotExist();
            assertThat(foreign).hasContent("mine");
            assertThat(store.chunks(List.of(chunk.hash()), 1).join().get(0).bytes())
                    .isEqualTo(chunk.bytes());
        }
    }

    @Test
    void chunks_manyFilesAndRandomOrder_allRight() {
        List<StoredChunk> chunks = IntStream.range(0, 600)
                .mapToObj(i -> CompactionTest.plainChunk(i, 250_000 + i))
                .toList();
        try (Storage store = SqliteStore.open(file)) {
            for (int i = 0; i < 600; i += 30) {
                store.write(WriteBatch.builder()
                                .chunks(chunks.subList(i, i + 30))
                                .build())
                        .join();
            }
            Random random = new Random(1);
            for (int i = 0; i < 100; i++) {
                List<StoredChunk> some = IntStream.range(0, 20)
                        .mapToObj(n -> chunks.get(random.nextInt(600)))
                        .toList();
                List<StoredChunk> found = store.chunks(
                                some.stream().map(StoredChunk::hash).toList(), Integer.MAX_VALUE)
                        .join();
                for (int n = 0; n < 20; n++) {
                    assertThat(found.get(n).hash()).isEqualTo(some.get(n).hash());
                    assertThat(found.get(n).bytes()).isEqualTo(some.get(n).bytes());
                }
            }
        }
        try (Stream<Path> made = Files.list(ChunkFiles.folderOf(file))) {
            assertThat(made).hasSize(3);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void read_bytesChanged_refused() throws IOException {
        try (ChunkAppender appender = new ChunkAppender(files, 0);
                ChunkInput input = new ChunkInput(files)) {
            ChunkPlace place = appender.add(bytes(1, 10));
            appender.force();
            ChunkPlace other = new ChunkPlace(place.file(), place.position(), place.length(), place.crc() ^ 1);

            assertThatThrownBy(() -> input.read(other))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("the chunk at 0 is damaged");
        }
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
