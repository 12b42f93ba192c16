// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.sqlite.JDBC;

/** Other processes on the store's file: what they wrote before they were killed, and what they hold while they live. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class KilledProcessIT {
    private static final int KILLS = 12;

    /** A kill comes after at most so many acknowledged batches: enough to fall before, in and behind checkpoints. */
    private static final int MAX_BATCHES = 3_000;

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
            acknowledged.addAll(killAfter(random.nextInt(MAX_BATCHES), random.nextInt(2_000_000), file, next));
            int written = check(file, acknowledged);
            assertThat(written).as("batches at kill %s, seed %s", kill, seed).isBetween(next, next + 1_000_000);
            next = written;
        }
        assertThat(acknowledged).hasSizeGreaterThan(KILLS);
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
        try (Storage store = SqliteStore.open(file)) {
            long entries = store.count().join();
            assertThat(entries % BatchWriter.BATCH_ENTRIES).isZero();
            int batches = (int) (entries / BatchWriter.BATCH_ENTRIES);
            // Batches are committed in the order of the calls, so those that are there are the first ones.
            assertThat(acknowledged).allSatisfy(number -> assertThat(number).isLessThan(batches));
            for (int first = 0; first < entries; first += Storage.MAX_IDS) {
                int end = (int) Math.min(entries, first + Storage.MAX_IDS);
                List<EntryId> ids =
                        IntStream.range(first, end).mapToObj(TestEntries::id).toList();
                assertThat(store.entries(ids, Integer.MAX_VALUE).join()).hasSize(end - first);
            }
            byte[] last = ByteBuffer.allocate(4).putInt(batches - 1).array();
            assertThat(store.metadata("batch").join()).hasValue(last);
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
