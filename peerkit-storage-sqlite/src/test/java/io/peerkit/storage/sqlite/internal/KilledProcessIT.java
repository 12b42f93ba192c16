// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.sqlite.JDBC;

/** Other processes on the store's file: what they wrote before they were killed, and what they hold while they live. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class KilledProcessIT {
    /** The suite for all stores kills 200; these come upon compactions too, and look through all files behind each. */
    private static final int KILLS = 20;

    /** Kills of one store; then comes a fresh one, as looking through it takes longer and longer. */
    private static final int KILLS_OF_A_STORE = 10;

    /** A kill comes after at most so many acknowledged batches: some 8 MiB of chunks, a checkpoint, a compaction or two. */
    private static final int MAX_BATCHES = 400;

    private static final int UPGRADES = 10;

    @TempDir
    private Path folder;

    @Test
    void write_killedAtRandomMoments_acknowledgedBatchesThereAndWhole() throws IOException, InterruptedException {
        long seed = Long.getLong("peerkit.seed", System.nanoTime());
        System.out.println("KilledProcessIT: -Dpeerkit.seed=" + seed);
        Random random = new Random(seed);
        Path file = folder.resolve("store.db");
        Set<Integer> acknowledged = new HashSet<>();
        int next = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            if (kill % KILLS_OF_A_STORE == 0) {
                file = folder.resolve("store" + kill + ".db");
                acknowledged.clear();
                next = 0;
            }
            acknowledged.addAll(killAfter(random.nextInt(MAX_BATCHES), random.nextInt(2_000_000), file, next));
            int written = check(file, acknowledged);
            assertThat(written).as("batches at kill %s, seed %s", kill, seed).isBetween(next, next + 1_000_000);
            next = written;
        }
        assertThat(acknowledged).isNotEmpty();
    }

    @Test
    void open_version1KilledAtRandomMoments_wholeInOneVersionOrTheOther()
            throws IOException, InterruptedException, SQLException {
        long seed = Long.getLong("peerkit.seed", System.nanoTime());
        System.out.println("KilledProcessIT: -Dpeerkit.seed=" + seed);
        Random random = new Random(seed);
        Path old = folder.resolve("version1.db");
        int entries = 20_000;
        Version1.make(old, TestEntries.entries(0, entries, 256));
        Path file = folder.resolve("store.db");
        List<Integer> versions = new ArrayList<>();
        for (int kill = 0; kill < UPGRADES; kill++) {
            Files.copy(old, file, StandardCopyOption.REPLACE_EXISTING);
            killWhileOpening(random.nextInt(1_500), file);
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
                IntegrityCheck.structure(file, connection, Sql.INTEGRITY);
            }
            versions.add(UpgradeTest.versionOf(file));
            try (Storage store = SqliteStore.open(file)) {
                assertThat(store.count().join()).as("seed %s", seed).isEqualTo(entries);
                List<EntryId> ids = IntStream.range(entries - Storage.MAX_IDS, entries)
                        .mapToObj(TestEntries::id)
                        .toList();
                assertThat(store.entries(ids, Integer.MAX_VALUE).join()).hasSize(Storage.MAX_IDS);
            }
        }
        System.out.println("KilledProcessIT: versions after kills " + versions);
        assertThat(versions).allMatch(version -> version == 1 || version == Sql.SCHEMA_VERSION);
    }

    private static void killWhileOpening(int millis, Path file) throws IOException, InterruptedException {
        Process process = start(StoreOpener.class, file.toString());
        try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
            assertThat(requireLine(lines)).isEqualTo("opening");
            // The moment of a kill is all that time decides here; whether it came too late is no matter.
            boolean unused = process.waitFor(millis, TimeUnit.MILLISECONDS);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** Returns the batches that the process had acknowledged; kills it some time after the given number of them. */
    private static List<Integer> killAfter(int batches, int nanos, Path file, int firstBatch)
            throws IOException, InterruptedException {
        Process process = start(BatchWriter.class, file.toString(), String.valueOf(firstBatch));
        List<Integer> acknowledged = new ArrayList<>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
            while (acknowledged.size() <= batches) {
                acknowledged.add(Integer.parseInt(requireLine(lines)));
            }
            long until = System.nanoTime() + nanos;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            // By its handle: Process.destroyForcibly() would also close the stream that is still to be read.
            assertThat(process.toHandle().destroyForcibly()).isTrue();
            // The last line may have been cut off in the middle: it counts only with its end.
            String rest = readAll(lines);
            int end = rest.lastIndexOf('\n');
            if (end > 0) {
                Arrays.stream(rest.substring(0, end).split("\n"))
                        .map(Integer::parseInt)
                        .forEach(acknowledged::add);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        return acknowledged;
    }

    /** Returns how many batches there are: all of the acknowledged ones and perhaps some more, each whole. */
    private static int check(Path file, Set<Integer> acknowledged) {
        try (Storage store = SqliteStore.open(file, true)) {
            Optional<byte[]> last = store.metadata("batch").join();
            // Batches are committed in the order of the calls, so those that are there are the first ones.
            int batches = last.map(bytes -> ByteBuffer.wrap(bytes).getInt() + 1).orElse(0);
            int gone = Math.max(0, batches - BatchWriter.KEPT);
            assertThat(acknowledged).allMatch(number -> number < batches);
            assertThat(store.count().join()).isEqualTo((long) batches * BatchWriter.BATCH_ENTRIES - gone);
            for (int first = 0; first < batches; first += Storage.MAX_IDS / BatchWriter.BATCH_ENTRIES) {
                int end = Math.min(batches, first + Storage.MAX_IDS / BatchWriter.BATCH_ENTRIES);
                List<EntryId> ids = IntStream.range(first * BatchWriter.BATCH_ENTRIES, end * BatchWriter.BATCH_ENTRIES)
                        .filter(number ->
                                number % BatchWriter.BATCH_ENTRIES != 0 || number / BatchWriter.BATCH_ENTRIES >= gone)
                        .mapToObj(TestEntries::id)
                        .toList();
                assertThat(store.entries(ids, Integer.MAX_VALUE).join()).hasSize(ids.size());
            }
            assertThat(
                            store
                                    .records("batches", Optional.empty(), Storage.MAX_RECORDS, Integer.MAX_VALUE)
                                    .join()
                                    .stream()
                                    .map(row -> ByteBuffer.wrap(row.value()).getInt()))
                    .containsExactlyElementsOf(
                            IntStream.range(gone, batches).boxed().toList());
            List<StoredChunk> chunks = IntStream.range(Math.max(0, gone - 50), batches)
                    .mapToObj(BatchWriter::chunk)
                    .toList();
            List<StoredChunk> found = store.chunks(
                            chunks.stream().map(StoredChunk::hash).toList(), Integer.MAX_VALUE)
                    .join();
            assertThat(found).hasSize(batches - gone);
            assertThat(found).allMatch(chunk -> BlobHash.ofBlob(chunk.bytes()).equals(chunk.hash()));
            return batches;
        }
    }

    @Test
    void open_heldByAnotherProcess_refusedUntilItIsKilled() throws IOException, InterruptedException {
        Path file = folder.resolve("store.db");
        Process process = start(BatchWriter.class, file.toString(), "0");
        try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
            requireLine(lines);

            assertThatThrownBy(() -> SqliteStore.open(file))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("another process has it open");
        } finally {
            process.destroyForcibly().waitFor();
        }
        try (Storage store = SqliteStore.open(file)) {
            assertThat(store.count().join()).isPositive();
        }
    }

    @Test
    void open_refusedInThisProcess_otherProcessesStayLockedOut() throws IOException, InterruptedException {
        Path file = folder.resolve("store.db");
        try (Storage store = SqliteStore.open(file)) {
            assertThatThrownBy(() -> SqliteStore.open(file)).isInstanceOf(StorageException.class);

            Process process = start(BatchWriter.class, file.toString(), "0");
            try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
                assertThat(readAll(lines)).isEmpty();
                assertThat(process.waitFor()).isEqualTo(1);
            } finally {
                process.destroyForcibly().waitFor();
            }
            assertThat(store.count().join()).isZero();
        }
    }

    /** Starts a class of this module in a JVM of its own, on the class path. */
    private static Process start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static String classPath() {
        Path target = Path.of(System.getProperty("basedir", ""), "target").toAbsolutePath();
        return String.join(
                File.pathSeparator,
                target.resolve("classes").toString(),
                target.resolve("test-classes").toString(),
                placeOf(Storage.class),
                placeOf(JDBC.class),
                placeOf(Logger.class));
    }

    private static String placeOf(Class<?> type) {
        return Path.of(URI.create(
                        type.getProtectionDomain().getCodeSource().getLocation().toString()))
                .toString();
    }

    private static String requireLine(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new AssertionError("the other process ended by itself");
        }
        return line;
    }

    private static String readAll(BufferedReader lines) throws IOException {
        StringBuilder text = new StringBuilder();
        char[] buffer = new char[8_192];
        for (int read = lines.read(buffer); read >= 0; read = lines.read(buffer)) {
            text.append(buffer, 0, read);
        }
        return text.toString();
    }
}
