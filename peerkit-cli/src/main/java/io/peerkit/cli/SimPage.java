// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.testkit.sim.Recorder;
import io.peerkit.testkit.sim.Spread;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/** The page that {@code peerkit sim} leaves behind: one file, without scripts and without anything from elsewhere. */
final class SimPage {
    /** The most entries with a line of their own; more are chosen evenly. */
    private static final int MAX_ENTRIES_DRAWN = 60;

    private static final String STYLE = """
            :root{color-scheme:light dark;--ground:#fbfbfa;--card:#ffffff;--ink:#1c1c1a;--soft:#6a6965;--grid:#e6e5e1;--axis:#b9b8b2;
            --main:#2468c8;--other:#c4551f;--good:#1d7a46;--bad:#b3261e}
            @media (prefers-color-scheme:dark){:root{--ground:#161615;--card:#1f1f1d;--ink:#f0efea;--soft:#a3a19a;--grid:#34332f;--axis:#5c5a54;
            --main:#6aa5f8;--other:#f0925f;--good:#63c78c;--bad:#ff8a80}}
            *{box-sizing:border-box}
            body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
            main{max-width:1360px;margin:0 auto;padding:32px 20px 48px}
            h1{font-size:26px;margin:0;letter-spacing:-.01em}
            h2{font-size:15px;margin:0 0 2px}
            p{margin:0}
            .lead{color:var(--soft);margin:4px 0 0}
            .verdict{display:inline-block;margin:14px 0 22px;padding:3px 12px;border-radius:99px;border:1px solid currentColor;font-weight:600;font-size:13px}
            .ok{color:var(--good)}.failed{color:var(--bad)}
            pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--card);border:1px solid var(--grid);border-radius:10px;padding:14px;font-size:13px}
            .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px;margin-bottom:20px}
            .tile,.card{background:var(--card);border:1px solid var(--grid);border-radius:12px}
            .tile{padding:12px 16px}
            .tile b{display:block;font-size:24px;line-height:1.25;font-variant-numeric:tabular-nums;font-weight:650}
            .tile span,.note,.legend{color:var(--soft);font-size:13px}
            .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:16px}
            .card{padding:16px 18px 12px;margin:0}
            .note{margin-bottom:8px}
            svg{display:block;width:100%;height:auto;font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
            .grid{stroke:var(--grid)}.axis{stroke:var(--axis)}
            .tick,.label{fill:var(--soft);font-variant-numeric:tabular-nums}
            .line{fill:none;stroke-width:2;stroke-linejoin:round}
            .line.main{stroke:var(--main)}.line.other{stroke:var(--other)}
            .line.faint{stroke:var(--main);stroke-width:1;opacity:.22}
            .dot.main,.bar{fill:var(--main)}.dot.other{fill:var(--other)}
            .legend{margin-top:4px}
            .key{margin-right:16px;white-space:nowrap}
            .key::before{content:"";display:inline-block;width:16px;height:3px;border-radius:2px;vertical-align:middle;margin-right:6px}
            .key.main::before{background:var(--main)}.key.other::before{background:var(--other)}
            .key.faint::before{background:var(--main);opacity:.35}
            footer{margin-top:22px;color:var(--soft);font-size:13px;overflow-wrap:anywhere}
            """;

    private final SimSummary summary;
    private final List<Recorder.Sample> samples;
    private final List<Spread> spreads;
    private final StringBuilder page = new StringBuilder();

    private SimPage(SimSummary summary, Recorder recorder) {
        this.summary = summary;
        this.samples = recorder.samples();
        this.spreads = recorder.simulation().orElseThrow().spreads();
    }

    static String of(SimSummary summary, Recorder recorder) {
        return new SimPage(summary, recorder).write();
    }

    private String write() {
        String title = String.format(
                Locale.ROOT, "%s, %,d nodes, seed %d", summary.scenario.label(), summary.nodes, summary.seed);
        put("<!DOCTYPE html>%n<html lang=\"en\">%n<head><meta charset=\"utf-8\">");
        put(
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Peerkit: %s</title>",
                escaped(title));
        page.append("<style>").append(STYLE).append("</style></head>\n<body><main>\n");
        put("<h1>%s</h1><p class=\"lead\">%s.</p>%n", escaped(title), escaped(summary.scenario.description()));
        boolean ok = summary.failure.isEmpty();
        put("<p class=\"verdict %s\">%s</p>%n", ok ? "ok" : "failed", ok ? "all checks hold" : "a check failed");
        if (!ok) {
            put("<pre>%s</pre>%n", escaped(summary.failure));
        }
        tiles();
        page.append("<div class=\"cards\">\n");
        charts();
        page.append("</div>\n");
        put(
                "<footer>Whole nodes with their real protocols on virtual time, in one process. Repeat it with <code>./peerkit sim --nodes %d --seed %d"
                        + " --scenario %s</code>; the same version gives the same run, trace %s.</footer>%n</main></body></html>%n",
                summary.nodes, summary.seed, summary.scenario.label(), summary.trace);
        return page.toString();
    }

    private void tiles() {
        page.append("<div class=\"tiles\">\n");
        tile("%.2f %%", 100 * summary.coverage, "of all copies of entries are there at the end");
        tile("%,d ms", summary.reach.halfMillis(), "until half of the nodes have an entry");
        tile("%,d ms", summary.reach.mostMillis(), "until 99.9 % have it, those included that were away");
        tile("%d", summary.reach.hopsFor(0.999), "hops are enough for 99.9 %");
        tile("%.1f %%", 100 * summary.duplicates, "of the bytes of entries came for nothing");
        tile("%,d B/s", summary.bytesPerNodeSecond, "sent by each node, everything included");
        tile(
                "%.1f ×",
                summary.speed(),
                "real time: " + SimText.seconds(summary.virtualSeconds) + " in "
                        + SimText.seconds(summary.realSeconds));
        tile("%,d KB", summary.heapPerNode() >> 10, "of heap held for each node at the end");
        page.append("</div>\n");
    }

    private void tile(String format, Object value, String what) {
        put(
                "<div class=\"tile\"><b>%s</b><span>%s</span></div>%n",
                String.format(Locale.ROOT, format, value), escaped(what));
    }

    private void charts() {
        card(
                "Coverage",
                "How much of all entries the running correct nodes have, on average.",
                overTime(SimText::percent).upTo(1).line("main", "", times(), values(Recorder.Sample::coverage)));
        card(
                "How an entry spreads",
                "Share of the nodes that have it in the end, by the time since its birth; up to " + MAX_ENTRIES_DRAWN
                        + " entries.",
                spreading());
        card("Hops", "Over how many nodes entries came; 0 is the author.", hops());
        card(
                "Duplicates",
                "Share of the bytes of entries that came to nodes which had them, since the start.",
                overTime(SimText::percent).upTo(0.1).line("main", "", times(), values(SimPage::duplicates)));
        card("Bytes", "What a node sends in a second, everything included, and the entries in it.", bytes());
        card(
                "Nodes",
                "Whole nodes that run, hostile ones among them.",
                overTime(SimText::count).line("main", "", times(), values(Recorder.Sample::running)));
        card(
                "Heap",
                "Of this process, garbage included: the ground of the teeth is what the nodes hold.",
                overTime(SimText::bytes).line("main", "", times(), values(Recorder.Sample::heapBytes)));
        card(
                "Tasks",
                "Timers, work and frames that wait, for each node.",
                overTime(SimText::small)
                        .line(
                                "main",
                                "",
                                times(),
                                values(sample -> (double) sample.tasks() / Math.max(1, sample.running()))));
    }

    private void card(String title, String note, SimChart chart) {
        put(
                "<section class=\"card\"><h2>%s</h2><p class=\"note\">%s</p>%s</section>%n",
                escaped(title), escaped(note), chart.svg(title));
    }

    private SimChart overTime(DoubleFunction<String> yText) {
        return new SimChart("seconds simulated", SimText::small, yText);
    }

    private double[] times() {
        return values(sample -> sample.at().toMillis() / 1e3);
    }

    private double[] values(ToDoubleFunction<Recorder.Sample> value) {
        return samples.stream().mapToDouble(value).toArray();
    }

    private static double duplicates(Recorder.Sample sample) {
        long arrived = sample.usefulBytes() + sample.duplicateBytes();
        return arrived == 0 ? 0 : (double) sample.duplicateBytes() / arrived;
    }

    private SimChart bytes() {
        double[] all = new double[samples.size()];
        double[] entries = new double[samples.size()];
        for (int i = 1; i < samples.size(); i++) {
            Recorder.Sample now = samples.get(i);
            Recorder.Sample before = samples.get(i - 1);
            double nodeSeconds = Math.max(1, now.running())
                    * Math.max(1e-3, now.at().minus(before.at()).toMillis() / 1e3);
            all[i] = (now.wireBytes() - before.wireBytes()) / nodeSeconds;
            entries[i] = (now.usefulBytes() + now.duplicateBytes() - before.usefulBytes() - before.duplicateBytes())
                    / nodeSeconds;
        }
        return overTime(SimText::bytes)
                .line("other", "everything", times(), all)
                .line("main", "entries", times(), entries);
    }

    private SimChart hops() {
        SimChart chart = new SimChart("hops", SimText::small, SimText::percent);
        long[] hops = summary.reach.hops();
        double sum = Math.max(1, Arrays.stream(hops).sum());
        for (int i = 0; i <= summary.reach.hopsFor(1); i++) {
            chart.bar(i, hops[i] / sum);
        }
        return chart;
    }

    private SimChart spreading() {
        SimChart chart = new SimChart("milliseconds since its birth", SimText::count, SimText::percent).upTo(1);
        // What healed partitions and restarts bring late would push everything else to the left edge.
        double end = Math.max(500, Math.min(1.2 * summary.reach.mostMillis(), 6.0 * summary.reach.halfMillis()));
        int every = Math.max(1, spreads.size() / MAX_ENTRIES_DRAWN);
        double[] sum = new double[101];
        double[] x = new double[101];
        int drawn = 0;
        for (int i = 0; i < spreads.size(); i += every) {
            int[] arrivals = spreads.get(i).arrivalMillis();
            double[] y = new double[101];
            for (int k = 0; k <= 100; k++) {
                x[k] = end * k / 100;
                y[k] = share(arrivals, x[k]);
                sum[k] += y[k];
            }
            chart.line("faint", drawn == 0 ? "one entry" : "", x, y);
            drawn++;
        }
        double[] mean = new double[101];
        for (int k = 0; k <= 100; k++) {
            mean[k] = drawn == 0 ? 0 : sum[k] / drawn;
        }
        return chart.line("main", "mean", x, mean);
    }

    private static double share(int[] sorted, double millis) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] <= millis) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return sorted.length == 0 ? 0 : (double) low / sorted.length;
    }

    private void put(String format, Object... arguments) {
        page.append(String.format(Locale.ROOT, format, arguments));
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
