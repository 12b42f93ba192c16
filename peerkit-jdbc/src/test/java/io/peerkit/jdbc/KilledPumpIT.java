// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.PeerkitNode;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.testkit.transport.MemoryNetwork;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application and its outbox in a process that is killed again and again, at random moments. */
@SuppressWarnings("NullAway.Init") // JUnit sets the folder
class KilledPumpIT {
    private static final int KILLS = 20;

    /** A kill comes after at most so many committed transactions. */
    private static final int MAX_COMMITS = 60;

    @TempDir
    private Path folder;

    @Test
    void pump_killedAtRandomMoments_whatIsInTheTableIsPublishedOnceAndInOrder() throws Exception {
        long seed = Long.getLong("peerkit.seed", System.nanoTime());
        System.out.println("KilledPumpIT: -Dpeerkit.seed=" + seed);
        Random random = new Random(seed);
        ConnectionSource source = PumpProcess.application(folder);
        StorageFactory storage = SqliteStorage.at(folder.resolve("node.db"));
        Database.run(source, "CREATE TABLE number (text VARCHAR(10) PRIMARY KEY)");
        List<String> printed = new ArrayList<>();
        int waiting = 0;
        int repeated = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            int next = Database.texts(source, "SELECT text FROM number").size();
            printed.addAll(killAfter(random.nextInt(MAX_COMMITS), random.nextInt(20_000_000), next));
            Set<String> rows = Set.copyOf(Database.texts(source, "SELECT lower(hex(id)) FROM " + Outbox.DEFAULT_TABLE));
            waiting += rows.size();
            repeated += (int) keys(storage).stream().filter(rows::contains).count();
        }

        try (MemoryNetwork network = MemoryNetwork.realTime(1);
                PeerkitNode node = TestNode.on(network, storage).start().join();
                Outbox outbox = Outbox.open(source)) {
            outbox.start(node);
            TestNode.until(() -> outbox.waiting() == 0);
        }
        List<String> numbers = Database.texts(source, "SELECT text FROM number ORDER BY text");
        System.out.printf(
                "KilledPumpIT: %d transactions, %d rows waited at a kill, %d of them published already, %d keys left%n",
                numbers.size(), waiting, repeated, keys(storage).size());
        assertThat(numbers).containsAll(printed);
        assertThat(published(storage)).isEqualTo(numbers);
        assertThat(waiting).isPositive();
    }

    /** Returns what the process printed; kills it some time after the given number of lines. */
    private List<String> killAfter(int lines, int nanos, int firstNumber) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        PumpProcess.class.getName(),
                        folder.toString(),
                        String.valueOf(firstNumber))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> printed = new ArrayList<>();
        try (BufferedReader output = process.inputReader(StandardCharsets.US_ASCII)) {
            while (printed.size() <= lines) {
                String line = output.readLine();
                if (line == null) {
                    throw new AssertionError("the process ended by itself with " + process.waitFor());
                }
                printed.add(line);
            }
            long until = System.nanoTime() + nanos;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            assertThat(process.toHandle().destroyForcibly()).isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
        return printed;
    }

    private static List<String> published(StorageFactory factory) {
        List<String> texts = new ArrayList<>();
        try (Storage storage = factory.open()) {
            Optional<StoredEntry> last = Optional.empty();
            while (true) {
                List<StoredEntry> page = storage.scan(last.map(StoredEntry::key), Storage.MAX_IDS, Integer.MAX_VALUE)
                        .join();
                if (page.isEmpty()) {
                    return texts;
                }
                page.forEach(entry -> texts.add(new String(entry.blob().orElseThrow(), StandardCharsets.US_ASCII)));
                last = Optional.of(page.get(page.size() - 1));
            }
        }
    }

    /** The keys under which publications are remembered, in hexadecimal digits. */
    private static Set<String> keys(StorageFactory factory) {
        try (Storage storage = factory.open()) {
            return storage.records("published", Optional.empty(), Storage.MAX_RECORDS, 1 << 24).join().stream()
                    .map(StoredRecord::key)
                    .map(key -> HexFormat.of().formatHex(key.key()))
                    .collect(Collectors.toSet());
        }
    }
}
