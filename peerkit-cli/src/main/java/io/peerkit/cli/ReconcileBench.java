// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.gossip.ReconcileTrial;

/**
 * What it takes two sides with a million entries each to find how they differ, without network and store: bytes, round trips
 * and time of both together; and what keeping sketch and index costs.
 */
final class ReconcileBench implements Benchmark {
    private static final int ENTRIES = 1_000_000;
    private static final int SESSIONS = 20;
    private static final int WARM_UP_SESSIONS = 200;
    private static final int WARM_UP_DIFFERENCES = 100;
    private static final int CHANGES = 200_000;

    /** Differences, bytes and round trips that are the target. */
    private static final int[][] TARGETS = {
        {0, 150, 1}, {10, 900, 1}, {100, 4_000, 1}, {1_000, 30_000, 1}, {10_000, 11_000_000, 5}
    };

    private static final double TARGET_MILLIS = 15;
    private static final double TARGET_BYTES_PER_ENTRY = 64;
    private static final double TARGET_MICROS_PER_CHANGE = 1;

    @Override
    public void run(BenchFolder folder, int runs, BenchReport report) {
        long before = usedHeap();
        ReconcileTrial trial = new ReconcileTrial(ENTRIES, 1);
        double perEntry = (usedHeap() - before) / 2.0 / ENTRIES;
        report.figure(
                "reconcile",
                "heap for an entry, loaded in order, with sketch and index",
                "B",
                new double[] {perEntry},
                BenchReport.Better.LOWER,
                TARGET_BYTES_PER_ENTRY);
        for (int i = 0; i < WARM_UP_SESSIONS; i++) {
            trial.run(WARM_UP_DIFFERENCES, false);
        }
        for (int[] target : TARGETS) {
            sessions(trial, target, runs, report);
        }
        changes(trial, runs, report);
    }

    private static void sessions(ReconcileTrial trial, int[] target, int runs, BenchReport report) {
        int differences = target[0];
        double[] bytes = new double[runs];
        double[] roundTrips = new double[runs];
        double[] millis = new double[runs];
        int sessions = differences > 1_000 ? 1 : SESSIONS;
        for (int i = 0; i < runs; i++) {
            for (int k = 0; k < sessions; k++) {
                ReconcileTrial.Result result = trial.run(differences, false);
                if (result.found() != differences) {
                    throw new IllegalStateException(result.found() + " differences found, expected " + differences);
                }
                bytes[i] += result.bytes();
                roundTrips[i] += result.roundTrips();
                millis[i] += result.nanos() / 1e6;
            }
            bytes[i] /= sessions;
            roundTrips[i] /= sessions;
            millis[i] /= sessions;
        }
        String what = differences + " of " + ENTRIES + " differ, ";
        report.figure("reconcile", what + "both ways", "B", bytes, BenchReport.Better.LOWER, target[1]);
        report.figure("reconcile", what + "mean of round trips", "", roundTrips, BenchReport.Better.NEITHER, target[2]);
        report.figure(
                "reconcile",
                what + "time of both sides",
                "ms",
                millis,
                differences == WARM_UP_DIFFERENCES ? BenchReport.Better.LOWER : BenchReport.Better.NEITHER,
                TARGET_MILLIS);
    }

    /** What sketch and index take is the difference to a set without them. */
    private static void changes(ReconcileTrial trial, int runs, BenchReport report) {
        double[] all = new double[runs];
        double[] bare = new double[runs];
        double[] extra = new double[runs];
        for (int i = -1; i < runs; i++) {
            double keyed = micros(trial, true);
            if (i < 0) {
                trial.addAndRemove(1, false); // makes the set without sketch and index
            }
            double plain = micros(trial, false);
            if (i >= 0) {
                all[i] = keyed;
                bare[i] = plain;
                extra[i] = keyed - plain;
            }
        }
        report.figure("reconcile", "an insert or delete", "us", all, BenchReport.Better.NEITHER, 0);
        report.figure("reconcile", "the same without sketch and index", "us", bare, BenchReport.Better.NEITHER, 0);
        report.figure(
                "reconcile",
                "sketch and index in an insert or delete",
                "us",
                extra,
                BenchReport.Better.LOWER,
                TARGET_MICROS_PER_CHANGE);
    }

    private static double micros(ReconcileTrial trial, boolean keyed) {
        long begin = System.nanoTime();
        trial.addAndRemove(CHANGES, keyed);
        return (System.nanoTime() - begin) / 1e3 / (2.0 * CHANGES);
    }

    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
