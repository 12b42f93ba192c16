// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The transport alone, beside js-libp2p in the same run: throughput, small messages, dialing and echoes, over each stack. The
 * figures that count are ratios, each of two measurements that were made one right after the other.
 */
final class TransportBench implements Benchmark {
    private static final int WARM_UP_MEGABYTES = 256;
    private static final int WARM_UP_MESSAGES = 100_000;
    private static final int WARM_UP_DIALS = 30;
    private static final int WARM_UP_ECHOES = 2_000;

    private static final int MESSAGES = 100_000;
    private static final int DIALS = 40;
    private static final int ECHOES = 2_000;
    private static final int ECHOES_UNDER_LOAD = 100;

    /** The share of a round's bytes and messages that warms up. */
    private static final int WARM_UP_SHARE = 8;

    private static final double HALF = 0.5;
    private static final double P99 = 0.99;

    @Override
    public void run(BenchFolder folder, int runs, BenchReport report) throws IOException {
        Path root = Path.of(System.getProperty("peerkit.root", "."));
        Optional<String> missing = JsSubject.missing(root);
        missing.ifPresent(reason -> report.note("js-libp2p was not measured: " + reason));
        for (TransportStack stack : TransportStack.values()) {
            try (TransportSubject ours = new OwnSubject(folder, stack)) {
                warmUp(ours);
                if (missing.isPresent()) {
                    alone(ours, stack, runs, report);
                } else {
                    try (TransportSubject theirs = new JsSubject(root, stack)) {
                        warmUp(theirs);
                        beside(ours, theirs, stack, runs, report);
                    }
                }
            }
        }
    }

    private static int megabytes(TransportStack stack) {
        return stack == TransportStack.TCP_NOISE || stack == TransportStack.TCP_TLS ? 512 : 128;
    }

    private static void warmUp(TransportSubject subject) throws IOException {
        double unused = subject.megabytesPerSecond(WARM_UP_MEGABYTES / WARM_UP_SHARE)
                + subject.messagesPerSecond(WARM_UP_MESSAGES / WARM_UP_SHARE)
                + subject.dialMillis(WARM_UP_DIALS).length
                + subject.echoMillis(WARM_UP_ECHOES, false).length;
    }

    /** The figures of one implementation in one round. */
    private record Round(
            double throughput, double messages, double dial, double echoP50, double echoP99, double loaded) {
        static Round of(TransportSubject subject, TransportStack stack) throws IOException {
            double throughput = subject.megabytesPerSecond(megabytes(stack));
            double messages = subject.messagesPerSecond(MESSAGES);
            double dial = BenchReport.percentile(subject.dialMillis(DIALS), HALF);
            double[] echoes = subject.echoMillis(ECHOES, false);
            double loaded = BenchReport.percentile(subject.echoMillis(ECHOES_UNDER_LOAD, true), P99);
            return new Round(
                    throughput,
                    messages,
                    dial,
                    BenchReport.percentile(echoes, HALF),
                    BenchReport.percentile(echoes, P99),
                    loaded);
        }
    }

    private static void alone(TransportSubject ours, TransportStack stack, int runs, BenchReport report)
            throws IOException {
        Round[] rounds = new Round[runs];
        for (int i = 0; i < runs; i++) {
            rounds[i] = Round.of(ours, stack);
        }
        absolute(stack, "", rounds, report);
    }

    private static void beside(
            TransportSubject ours, TransportSubject theirs, TransportStack stack, int runs, BenchReport report)
            throws IOException {
        Round[] mine = new Round[runs];
        Round[] js = new Round[runs];
        for (int i = 0; i < runs; i++) {
            mine[i] = Round.of(ours, stack);
            js[i] = Round.of(theirs, stack);
        }
        absolute(stack, "", mine, report);
        absolute(stack, "js-libp2p, ", js, report);
        ratio(stack, "throughput", Part.THROUGHPUT, mine, js, report);
        ratio(stack, "messages of 1 KiB", Part.MESSAGES, mine, js, report);
        ratio(stack, "dial to usable, p50", Part.DIAL, mine, js, report);
        ratio(stack, "echo under load, p99", Part.LOADED, mine, js, report);
    }

    private enum Part {
        THROUGHPUT,
        MESSAGES,
        DIAL,
        ECHO_P50,
        ECHO_P99,
        LOADED;

        double of(Round round) {
            return switch (this) {
                case THROUGHPUT -> round.throughput();
                case MESSAGES -> round.messages();
                case DIAL -> round.dial();
                case ECHO_P50 -> round.echoP50();
                case ECHO_P99 -> round.echoP99();
                case LOADED -> round.loaded();
            };
        }

        BenchReport.Better better() {
            return this == THROUGHPUT || this == MESSAGES ? BenchReport.Better.HIGHER : BenchReport.Better.LOWER;
        }

        /** The ratio to js-libp2p that is aimed at. */
        double target(TransportStack stack) {
            return switch (this) {
                case THROUGHPUT ->
                    switch (stack) {
                        case TCP_NOISE, WS_NOISE -> 1.0;
                        case TCP_TLS -> 1.5;
                        case QUIC, RELAYED -> 2.0;
                    };
                case MESSAGES -> 3.0;
                case DIAL, ECHO_P50, ECHO_P99, LOADED -> HALF;
            };
        }
    }

    private static void absolute(TransportStack stack, String whose, Round[] rounds, BenchReport report) {
        figure(stack, whose + "one stream up", "MB/s", Part.THROUGHPUT, rounds, report);
        figure(stack, whose + "messages of 1 KiB, one write each", "1/s", Part.MESSAGES, rounds, report);
        figure(stack, whose + "dial to usable, p50", "ms", Part.DIAL, rounds, report);
        figure(stack, whose + "echo, p50", "ms", Part.ECHO_P50, rounds, report);
        figure(stack, whose + "echo, p99", "ms", Part.ECHO_P99, rounds, report);
        figure(stack, whose + "echo under load, p99", "ms", Part.LOADED, rounds, report);
    }

    private static void figure(
            TransportStack stack, String name, String unit, Part part, Round[] rounds, BenchReport report) {
        double[] runs = new double[rounds.length];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = part.of(rounds[i]);
        }
        report.figure("transport " + stack.label(), name, unit, runs, BenchReport.Better.NEITHER, 0);
    }

    private static void ratio(
            TransportStack stack, String name, Part part, Round[] mine, Round[] js, BenchReport report) {
        double[] runs = new double[mine.length];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = part.of(mine[i]) / part.of(js[i]);
        }
        report.figure(
                "transport " + stack.label(),
                name + ", of that of js-libp2p",
                "x",
                runs,
                part.better(),
                part.target(stack));
    }
}
