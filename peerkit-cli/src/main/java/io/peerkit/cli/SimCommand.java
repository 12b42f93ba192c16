// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.peerkit.testkit.sim.Experiment;
import io.peerkit.testkit.sim.Recorder;
import io.peerkit.testkit.sim.Scenario;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code peerkit sim}: thousands of whole nodes in this process, in virtual time, and a page with what came of it. */
@Command(
        name = "sim",
        mixinStandardHelpOptions = true,
        description = "Runs a scenario with thousands of simulated nodes and draws what came of it.")
final class SimCommand implements Callable<Integer> {
    /** The most nodes: what is kept of each adds up. */
    private static final int MAX_NODES = 100_000;

    /** Above this many nodes one run takes so long that nobody waits for a shorter schedule. */
    private static final int SHRINKABLE_NODES = 50;

    private static final Duration SAMPLE_EVERY = Duration.ofSeconds(1);
    private static final long PROGRESS_NANOS = 2_000_000_000;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--nodes", paramLabel = "N", defaultValue = "1000", description = "2 to 100,000; 1,000 by default")
    private int nodes = 1_000;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "decides everything; 1 by default")
    private long seed = 1;

    @Option(names = "--scenario", paramLabel = "NAME", defaultValue = "quiet", description = "one that --list names")
    private String scenario = "quiet";

    @Option(names = "--out", paramLabel = "FILE", description = "the page; sim-SCENARIO-N-S.html by default")
    private @Nullable Path out;

    @Option(names = "--json", description = "progress and summary as JSON lines")
    private boolean json;

    @Option(names = "--list", description = "lists the scenarios")
    private boolean list;

    private final PrintStream text = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final long begin = System.nanoTime();
    private long lastProgress = begin;
    private long peakHeap;

    @Override
    public Integer call() throws IOException {
        if (list) {
            for (Scenario each : Scenario.values()) {
                text.printf("%-12s %s%n", each.label(), each.description());
            }
            return 0;
        }
        Scenario chosen = chosen();
        if (nodes < 2 || nodes > MAX_NODES) {
            throw wrong("--nodes " + nodes + ", must be 2 to " + MAX_NODES);
        }
        // Thousands of nodes warn of hostile peers and lost connections; the figures say it better.
        System.setProperty("org.slf4j.simpleLogger.log.io.peerkit", "off");
        Recorder recorder = new Recorder(this::progress);
        String failure = run(chosen, recorder);
        double seconds = (System.nanoTime() - begin) / 1e9;
        recorder.simulation().ifPresent(recorder); // The last look was up to a second ago.
        SimSummary summary = new SimSummary(chosen, nodes, seed, recorder, seconds, peakHeap, liveHeap(), failure);
        Path page = out != null ? out : Path.of("sim-" + chosen.label() + "-" + nodes + "-" + seed + ".html");
        Files.writeString(page, SimPage.of(summary, recorder));
        if (json) {
            text.println(summary.toJson().put("page", page.toString()));
        } else {
            summary.print(text);
            text.printf("  page              %s%n", page.toAbsolutePath());
        }
        return failure.isEmpty() ? 0 : 1;
    }

    private String run(Scenario chosen, Recorder recorder) {
        Experiment experiment = chosen.experiment(nodes, seed).look(SAMPLE_EVERY, recorder);
        try {
            if (nodes <= SHRINKABLE_NODES) {
                experiment.verify();
            } else {
                experiment.run();
            }
            return "";
        } catch (AssertionError failed) {
            return String.valueOf(failed.getMessage());
        }
    }

    /** What is still in use when the garbage is gone; the simulation is, as long as its recorder is. */
    private static long liveHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private Scenario chosen() {
        return Scenario.named(scenario)
                .orElseThrow(() -> wrong("no scenario " + scenario + "; there are "
                        + Arrays.stream(Scenario.values()).map(Scenario::label).collect(Collectors.joining(", "))));
    }

    private ParameterException wrong(String message) {
        return new ParameterException(
                Objects.requireNonNull(spec, "picocli fills it").commandLine(), message);
    }

    private void progress(Recorder.Sample sample) {
        peakHeap = Math.max(peakHeap, sample.heapBytes());
        long now = System.nanoTime();
        if (now - lastProgress < PROGRESS_NANOS) {
            return;
        }
        lastProgress = now;
        double virtual = sample.at().toMillis() / 1e3;
        double real = (now - begin) / 1e9;
        if (json) {
            ObjectNode event = JsonLines.event("progress")
                    .put("virtualSeconds", virtual)
                    .put("seconds", real)
                    .put("running", sample.running())
                    .put("coverage", sample.coverage())
                    .put("heapBytes", sample.heapBytes());
            text.println(event);
        } else {
            System.err.printf(
                    Locale.ROOT,
                    "peerkit sim: %5.0f s simulated in %4.0f s, %d nodes run, %.2f %% of entries are there, heap %d MB%n",
                    virtual,
                    real,
                    sample.running(),
                    100 * sample.coverage(),
                    sample.heapBytes() >> 20);
        }
    }
}
