// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The suite that every durable {@link Storage} passes beside {@link StorageContract}: processes that write are killed at random moments,
 * and the store must then have exactly the batches up to some number, each whole, all acknowledged ones among them.
 *
 * <p>Prints its seed; the system property {@code peerkit.seed} takes it back, {@code peerkit.crash.rounds} sets the number of kills.
 */
public abstract class CrashContract {
    /** A kill comes after so many acknowledged batches at most: enough to fall before, in and behind compactions. */
    private static final int MAX_BATCHES = 200;

    /** And then so much later at most, in nanoseconds: about as long as some commits take. */
    private static final int MAX_DELAY_NANOS = 4_000_000;

    /** Checked in detail again behind each kill: what earlier kills left behind may still be touched by removals. */
    private static final int OVERLAP = 100;

    /** For the subclass. */
    protected CrashContract() {}

    /**
     * Where the store is.
     *
     * @return the place, for the opener; an empty store is there when the test begins
     */
    protected abstract String place();

    /**
     * Who finds the store.
     *
     * @return a class with a public constructor without arguments
     */
    protected abstract Class<? extends StoreOpener> opener();

    /**
     * How often a process is killed.
     *
     * @return 200 unless the system property {@code peerkit.crash.rounds} says otherwise
     */
    protected int rounds() {
        return Integer.getInteger("peerkit.crash.rounds", 200);
    }

    /**
     * Brings the crash about.
     *
     * @param writer the process that writes; it is killed unless this is overridden, and in any case afterwards
     * @throws Exception when that fails
     */
    protected void crash(ProcessHandle writer) throws Exception {
        assertThat(writer.destroyForcibly()).isTrue();
    }

    /**
     * Is called when the writer is dead, before the store is opened again.
     *
     * @throws Exception when the store cannot be opened again
     */
    protected void recover() throws Exception {}

    /**
     * The class path of the processes that are killed.
     *
     * @return all that this process has on its class and module paths, and the module's own classes and test classes
     */
    protected String classPath() {
        Set<String> parts = new LinkedHashSet<>();
        Path target = Path.of(System.getProperty("basedir", ""), "target").toAbsolutePath();
        for (String own : new String[] {"test-classes", "classes"}) {
            if (Files.isDirectory(target.resolve(own))) {
                parts.add(target.resolve(own).toString());
            }
        }
        for (String property : new String[] {"surefire.test.class.path", "jdk.module.path", "java.class.path"}) {
            Arrays.stream(System.getProperty(property, "").split(File.pathSeparator))
                    .filter(part -> !part.isEmpty())
                    .forEach(parts::add);
        }
        return String.join(File.pathSeparator, parts);
    }

    /**
     * Kills processes that write.
     *
     * @throws Exception when they cannot be run
     */
    @Test
    public void write_killedAtRandomMoments_acknowledgedBatchesThereAndWhole() throws Exception {
        long seed = Long.getLong("peerkit.seed", System.nanoTime());
        System.out.println(getClass().getSimpleName() + ": -Dpeerkit.seed=" + seed);
        Random random = new Random(seed);
        int written = 0;
        int acknowledged = 0;
        Process next = start();
        try {
            for (int round = 0; round < rounds(); round++) {
                Process writer = next;
                next = start();
                int last = lastAcknowledged(writer, written, random);
                recover();
                int before = written;
                try (Storage storage = open()) {
                    written = CrashWorkload.written(storage);
                    assertThat(written)
                            .as("batches at kill %s; %s when the writer began", round, before)
                            .isGreaterThan(Math.max(last, before - 1));
                    CrashWorkload.check(storage, written, before - OVERLAP);
                }
                acknowledged += last - before + 1;
            }
        } finally {
            next.destroyForcibly().waitFor();
        }
        try (Storage storage = open()) {
            CrashWorkload.check(storage, written, 0);
        }
        assertThat(acknowledged).isGreaterThan(rounds());
    }

    /**
     * Opens what another process has open.
     *
     * @throws Exception when that cannot be run
     */
    @Test
    public void open_heldByAnotherProcess_refusedUntilThatDies() throws Exception {
        Process writer = start();
        try (BufferedReader lines = writer.inputReader(StandardCharsets.US_ASCII)) {
            begin(writer, 0);
            requireLine(lines);

            assertThatThrownBy(this::open).isInstanceOf(StorageException.class).hasMessageContaining("another process");
            assertThat(writer.isAlive()).isTrue();
        } finally {
            writer.destroyForcibly().waitFor();
        }
        recover();
        try (Storage storage = open()) {
            assertThat(CrashWorkload.written(storage)).isPositive();
        }
    }

    private Storage open() throws ReflectiveOperationException {
        return opener().getDeclaredConstructor().newInstance().at(place()).open();
    }

    /** Returns the last batch that the process had acknowledged, or one less than the first; lets it die some time after a random one. */
    private int lastAcknowledged(Process writer, int first, Random random) throws Exception {
        int last = first - 1;
        int batches = random.nextInt(MAX_BATCHES);
        int nanos = random.nextInt(MAX_DELAY_NANOS);
        try (BufferedReader lines = writer.inputReader(StandardCharsets.US_ASCII)) {
            begin(writer, first);
            for (int i = 0; i < batches; i++) {
                last = Math.max(last, Integer.parseInt(requireLine(lines)));
            }
            long until = System.nanoTime() + nanos;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            // By its handle: Process.destroyForcibly() would also close the stream that is still to be read.
            crash(writer.toHandle());
            writer.toHandle().destroyForcibly();
            for (int number : wholeLines(lines)) {
                last = Math.max(last, number);
            }
            return last;
        } finally {
            writer.destroyForcibly().waitFor();
        }
    }

    private static void begin(Process writer, int first) throws IOException {
        try (BufferedWriter line = writer.outputWriter(StandardCharsets.US_ASCII)) {
            line.write(first + "\n");
        }
    }

    private Process start() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classPath(),
                CrashWriter.class.getName(),
                opener().getName(),
                place()));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static String requireLine(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new AssertionError("the other process ended by itself");
        }
        return line;
    }

    /** The last line may have been cut off in the middle: it counts only with its end. */
    private static List<Integer> wholeLines(BufferedReader lines) throws IOException {
        StringBuilder text = new StringBuilder();
        char[] buffer = new char[8_192];
        for (int read = lines.read(buffer); read >= 0; read = lines.read(buffer)) {
            text.append(buffer, 0, read);
        }
        int end = text.lastIndexOf("\n");
        return end < 0
                ? List.of()
                : text.substring(0, end).lines().map(Integer::parseInt).collect(Collectors.toList());
    }
}
