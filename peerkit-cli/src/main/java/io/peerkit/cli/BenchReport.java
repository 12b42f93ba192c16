// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Collects figures: medians with all runs beside them, as a table for people or JSON lines for programs. */
final class BenchReport {
    private final boolean json;
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final List<String> rows = new ArrayList<>();

    BenchReport(boolean json) {
        this.json = json;
        rows.add("| workload | figure | median | target | met | runs |");
        rows.add("| --- | --- | --- | --- | --- | --- |");
    }

    /** Whether a figure should be large or small. */
    enum Better {
        HIGHER,
        LOWER,
        /** No target: for orientation. */
        NEITHER
    }

    static double median(double[] runs) {
        double[] sorted = runs.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The value below which a share of the samples lies (nearest rank). */
    static double percentile(double[] samples, double share) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        return sorted[Math.min(sorted.length - 1, (int) Math.ceil(share * sorted.length) - 1)];
    }

    void figure(String workload, String name, String unit, double[] runs, Better better, double target) {
        double median = median(runs);
        boolean met = better == Better.HIGHER ? median >= target : median <= target;
        ObjectNode object = JsonLines.JSON
                .createObjectNode()
                .put("bench", workload)
                .put("figure", name)
                .put("unit", unit)
                .put("median", median);
        var list = object.putArray("runs");
        Arrays.stream(runs).forEach(list::add);
        if (better != Better.NEITHER) {
            object.put("target", target)
                    .put("better", better.name().toLowerCase(Locale.ROOT))
                    .put("met", met);
        }
        if (json) {
            out.println(object);
        } else {
            System.err.println("peerkit bench: " + workload + ", " + name + ": " + number(median) + " " + unit);
        }
        rows.add(String.format(
                "| %s | %s | %s %s | %s | %s | %s |",
                workload,
                name,
                number(median),
                unit,
                better == Better.NEITHER ? "" : (better == Better.HIGHER ? "≥ " : "≤ ") + number(target),
                better == Better.NEITHER ? "" : met ? "yes" : "no",
                String.join(
                        ", ", Arrays.stream(runs).mapToObj(BenchReport::number).toList())));
    }

    void note(String text) {
        if (json) {
            out.println(JsonLines.JSON.createObjectNode().put("note", text));
        } else {
            System.err.println("peerkit bench: " + text);
        }
        rows.add("| | " + text + " | | | | |");
    }

    void end() {
        if (!json) {
            out.printf(
                    Locale.ROOT,
                    "Java %s, %s, %d processors%n%n",
                    System.getProperty("java.version"),
                    System.getProperty("os.arch"),
                    Runtime.getRuntime().availableProcessors());
            rows.forEach(out::println);
        }
    }

    private static String number(double value) {
        return value >= 1_000 ? String.format(Locale.ROOT, "%,.0f", value) : String.format(Locale.ROOT, "%.3g", value);
    }
}
