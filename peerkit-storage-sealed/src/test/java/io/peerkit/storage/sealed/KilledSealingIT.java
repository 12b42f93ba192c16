// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

import static io.peerkit.storage.sealed.SealedSamples.await;
import static io.peerkit.storage.sealed.SealedSamples.everything;
import static io.peerkit.storage.sealed.SealedSamples.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.BlobHash;
import io.peerkit.api.storage.SealedMarkers;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.storage.sqlite.SqliteStorage;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills processes that seal and unseal a SQLite store, at random moments, until one of each gets through. */
@Timeout(180)
class KilledSealingIT {
    private static final long SEED = Long.getLong("peerkit.seed", System.nanoTime());

    /** Kills of each kind at most before one is let through. */
    private static final int KILLS = Math.max(6, Integer.getInteger("peerkit.crash.rounds", 60) / 10);

    /** A kill comes after so many writes at most, of some fifty, and then so much later at most, in nanoseconds. */
    private static final int MAX_WRITES = 8;

    private static final int MAX_DELAY_NANOS = 20_000_000;

    private static final StorageKey KEY = StorageKey.of(new byte[StorageKey.KEY_BYTES]);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Test
    void sealAndUnseal_killedAtRandomMoments_goOnAndNothingIsLost() throws IOException, InterruptedException {
        System.out.println("KilledSealingIT: -Dpeerkit.seed=" + SEED);
        Random random = new Random(SEED);
        StorageFactory store = SqliteStorage.at(folder.resolve("store.db"));
        Map<String, String> before = fill(store);

        int half = killed("seal", random);
        try (Storage sealed = SealedStorage.of(store, KEY).open()) {
            assertThat(contents(sealed)).isEqualTo(before);
        }
        half += killed("unseal", random);
        try (Storage open = store.open()) {
            SealedMarkers.requireNone(open);
            assertThat(contents(open)).isEqualTo(before);
        }
        assertThat(half).as("kills that left the store half sealed").isPositive();
    }

    /** Returns how many kills left the store half sealed. */
    private int killed(String way, Random random) throws IOException, InterruptedException {
        int half = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Process process = start(way);
            try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
                int writes = 1 + random.nextInt(MAX_WRITES);
                while (writes > 0 && "write".equals(lines.readLine())) {
                    writes--;
                }
                long until = System.nanoTime() + random.nextInt(MAX_DELAY_NANOS);
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
            try (Storage below = SqliteStorage.at(folder.resolve("store.db")).open()) {
                half += await(below.metadata(Storage.HALF_SEALED_MARKER)).isPresent() ? 1 : 0;
            }
        }
        Process last = start(way);
        try (BufferedReader lines = last.inputReader(StandardCharsets.US_ASCII)) {
            assertThat(lines.lines().toList()).endsWith("end");
        }
        assertThat(last.waitFor()).isZero();
        return half;
    }

    private Process start(String way) throws IOException {
        Set<String> path = new LinkedHashSet<>();
        for (String property : new String[] {"surefire.test.class.path", "jdk.module.path", "java.class.path"}) {
            path.addAll(List.of(System.getProperty(property, "").split(File.pathSeparator)));
        }
        path.add(Path.of(System.getProperty("basedir", ""), "target", "test-classes")
                .toAbsolutePath()
                .toString());
        path.remove("");
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        String.join(File.pathSeparator, path),
                        Sealer.class.getName(),
                        way,
                        folder.resolve("store.db").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static Map<String, String> fill(StorageFactory factory) {
        try (Storage store = factory.open()) {
            RotationTest.fill(store);
            for (int i = 0; i < 2_000; i += 200) {
                List<StoredEntry> entries = new ArrayList<>();
                for (int j = i; j < i + 200; j++) {
                    entries.add(SealedSamples.entry(10_000 + j, "x".repeat(2_000) + j));
                }
                write(store, WriteBatch.builder().entries(entries));
            }
            for (int i = 0; i < 256; i += 16) {
                List<StoredChunk> chunks = new ArrayList<>();
                for (int j = i; j < i + 16; j++) {
                    byte[] bytes = new byte[65_536 + j];
                    chunks.add(new StoredChunk(BlobHash.ofBlob(bytes), bytes));
                }
                write(store, WriteBatch.builder().chunks(chunks));
            }
            return contents(store);
        }
    }

    private static Map<String, String> contents(Storage store) {
        Map<String, String> all = everything(store, RotationTest.SMALL);
        Optional<BlobHash> last = Optional.empty();
        List<BlobHash> page = await(store.chunkHashes(last, 100));
        while (!page.isEmpty()) {
            for (StoredChunk chunk : await(store.chunks(page, Integer.MAX_VALUE))) {
                all.put(
                        "hash " + chunk.hash(),
                        BlobHash.ofBlob(chunk.bytes()).equals(chunk.hash()) ? "whole" : "damaged");
            }
            page = await(store.chunkHashes(Optional.of(page.get(page.size() - 1)), 100));
        }
        return all;
    }

    /** The process that is killed; prints a line before each of its writes. */
    static final class Sealer {
        private Sealer() {}

        public static void main(String[] arguments) {
            StorageFactory file = SqliteStorage.at(Path.of(arguments[1]));
            StorageFactory store = new StorageFactory() {
                @Override
                public Storage open() {
                    return telling(file.open());
                }

                @Override
                public Optional<Path> keyFile() {
                    return Optional.empty();
                }
            };
            if (arguments[0].equals("seal")) {
                SealedStorage.seal(store, KEY);
            } else {
                SealedStorage.unseal(store, KEY);
            }
            System.out.println("end");
        }

        private static Storage telling(Storage storage) {
            return (Storage) Proxy.newProxyInstance(
                    Storage.class.getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, values) -> {
                        if (method.getName().equals("write")) {
                            System.out.println("write");
                        }
                        return method.invoke(storage, values);
                    });
        }
    }
}
