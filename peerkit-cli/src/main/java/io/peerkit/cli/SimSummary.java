// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.peerkit.testkit.sim.Recorder;
import io.peerkit.testkit.sim.Scenario;
import io.peerkit.testkit.sim.Simulation;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** What came of a simulation, in figures. */
final class SimSummary {
    final Scenario scenario;
    final int nodes;
    final long seed;
    final String failure;
    final double realSeconds;
    final double virtualSeconds;
    final double processorSeconds;
    final long peakHeap;
    final long liveHeap;
    final int allNodes;
    final int published;
    final long events;
    final String trace;
    final Recorder.Reach reach;
    final double duplicates;
    final double coverage;
    final long bytesPerNodeSecond;

    SimSummary(
            Scenario scenario,
            int nodes,
            long seed,
            Recorder recorder,
            double realSeconds,
            long peakHeap,
            long liveHeap,
            String failure) {
        Simulation simulation = recorder.simulation().orElseThrow();
        List<Recorder.Sample> samples = recorder.samples();
        this.scenario = scenario;
        this.nodes = nodes;
        this.seed = seed;
        this.failure = failure;
        this.realSeconds = realSeconds;
        // Of all threads of this process: on a busy machine it says more than the clock does.
        this.processorSeconds = ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(spent -> spent.toMillis() / 1e3)
                .orElse(0.0);
        this.virtualSeconds = simulation.time().elapsed().toMillis() / 1e3;
        this.peakHeap = peakHeap;
        this.liveHeap = liveHeap;
        this.allNodes = simulation.nodes().size();
        this.published = simulation.acknowledged();
        this.events = simulation.time().steps();
        this.trace = simulation.traceHash();
        this.reach = Recorder.reach(simulation.spreads());
        Simulation.Payload payload = simulation.payload();
        long arrived = payload.useful() + payload.duplicate();
        this.duplicates = arrived == 0 ? 0 : (double) payload.duplicate() / arrived;
        this.coverage = samples.get(samples.size() - 1).coverage();
        this.bytesPerNodeSecond =
                Math.round(simulation.network().carriedBytes() / (double) allNodes / Math.max(1, virtualSeconds));
    }

    double speed() {
        return virtualSeconds / Math.max(1e-9, realSeconds);
    }

    long heapPerNode() {
        return liveHeap / Math.max(1, allNodes);
    }

    ObjectNode toJson() {
        ObjectNode event = JsonLines.event("summary")
                .put("scenario", scenario.label())
                .put("nodes", nodes)
                .put("seed", seed)
                .put("ok", failure.isEmpty());
        if (!failure.isEmpty()) {
            event.put("failure", failure);
        }
        return event.put("virtualSeconds", virtualSeconds)
                .put("seconds", realSeconds)
                .put("processorSeconds", processorSeconds)
                .put("timesRealTime", speed())
                .put("tasks", events)
                .put("allNodes", allNodes)
                .put("acknowledged", published)
                .put("coverage", coverage)
                .put("hops50", reach.hopsFor(0.5))
                .put("hops99_9", reach.hopsFor(0.999))
                .put("hopsMost", reach.hopsFor(1))
                .put("millisToHalf", reach.halfMillis())
                .put("millisTo99_9", reach.mostMillis())
                .put("duplicateShare", duplicates)
                .put("bytesPerNodeSecond", bytesPerNodeSecond)
                .put("peakHeapBytes", peakHeap)
                .put("liveHeapBytes", liveHeap)
                .put("heapBytesPerNode", heapPerNode())
                .put("trace", trace);
    }

    void print(PrintStream out) {
        row(
                out,
                "%s with %,d nodes, seed %d: %s",
                scenario.label(),
                nodes,
                seed,
                failure.isEmpty() ? "all checks hold" : "FAILED");
        if (!failure.isEmpty()) {
            row(out, "%s", failure);
        }
        row(
                out,
                "  time              %.0f s simulated in %.0f s, %.0f s of processor time: %.1f times real time",
                virtualSeconds,
                realSeconds,
                processorSeconds,
                speed());
        row(
                out,
                "  published         %,d entries acknowledged, %.2f %% of all copies there at the end",
                published,
                100 * coverage);
        row(
                out,
                "  an entry reaches  half of the nodes in %,d ms, 99.9 %% in %,d ms (median of entries)",
                reach.halfMillis(),
                reach.mostMillis());
        row(
                out,
                "  hops              %d for half, %d for 99.9 %%, %d at most",
                reach.hopsFor(0.5),
                reach.hopsFor(0.999),
                reach.hopsFor(1));
        row(out, "  for nothing       %.1f %% of the bytes of entries", 100 * duplicates);
        row(out, "  wire              %,d bytes a second and node", bytesPerNodeSecond);
        row(
                out,
                "  heap              %,d MB held at the end, %,d KB a node; %,d MB at most, garbage included",
                liveHeap >> 20,
                heapPerNode() >> 10,
                peakHeap >> 20);
        row(out, "  trace             %s", trace);
    }

    private static void row(PrintStream out, String format, Object... arguments) {
        out.printf(Locale.ROOT, format + "%n", arguments);
    }
}
