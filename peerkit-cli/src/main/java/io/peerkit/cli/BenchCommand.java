// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code peerkit bench}: measures on this machine; figures never decide the exit code. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Measures this machine: sync, latency, publish, diff, reconcile, dial, stream, transport, idle, heap, storage, blob, or all of them.")
final class BenchCommand implements Callable<Integer> {
    private static final Map<String, Benchmark> WORKLOADS = workloads();

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "WORKLOAD",
            description =
                    "sync, latency, publish, diff, reconcile, dial, stream, transport, idle, heap, storage, blob or all")
    private String workload = "";

    @Option(names = "--runs", defaultValue = "5", description = "measured runs, of which the median counts")
    private int runs = 5;

    @Option(names = "--json", description = "figures as JSON lines instead of a table")
    private boolean json;

    @Option(
            names = "--against",
            paramLabel = "PEER",
            description = "for transport: js-libp2p, the only one and the default")
    private String against = "js-libp2p";

    private static Map<String, Benchmark> workloads() {
        Map<String, Benchmark> all = new LinkedHashMap<>();
        all.put("sync", new SyncBench());
        all.put("latency", new LatencyBench());
        all.put("publish", new PublishBench());
        all.put("diff", new DiffBench());
        all.put("reconcile", new ReconcileBench());
        all.put("dial", new DialBench());
        all.put("stream", new StreamBench());
        all.put("transport", new TransportBench());
        all.put("idle", new IdleBench());
        all.put("heap", new HeapBench());
        all.put("storage", new StorageBench());
        all.put("blob", new BlobBench());
        return all;
    }

    @Override
    public Integer call() throws IOException {
        BenchReport report = new BenchReport(json);
        for (Benchmark benchmark : chosen()) {
            Path folder = Files.createTempDirectory("peerkit-bench-");
            try {
                benchmark.run(new BenchFolder(folder), runs, report);
            } finally {
                new BenchFolder(folder).delete();
            }
        }
        report.end();
        return 0;
    }

    private List<Benchmark> chosen() {
        if (!against.equals("js-libp2p")) {
            throw new ParameterException(
                    Objects.requireNonNull(spec, "picocli fills it").commandLine(),
                    "nothing to compare with is called " + against + "; there is js-libp2p");
        }
        if (workload.equals("all")) {
            return List.copyOf(WORKLOADS.values());
        }
        Benchmark benchmark = WORKLOADS.get(workload);
        if (benchmark == null) {
            throw new ParameterException(
                    Objects.requireNonNull(spec, "picocli fills it").commandLine(),
                    "no workload " + workload + "; there are " + String.join(", ", WORKLOADS.keySet()) + " and all");
        }
        return List.of(benchmark);
    }
}
