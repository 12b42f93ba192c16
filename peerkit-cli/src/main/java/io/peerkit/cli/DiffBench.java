// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.EntryId;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.StorageHooks;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * How long and how many bytes it takes to find and bring 10 missing entries, scattered over the set, while the connection
 * stands. They are missing because the application's hook failed for them at first.
 */
final class DiffBench implements Benchmark {
    private static final int MISSING = 10;

    /** A session is a few hundred lines of code that run once a round: it takes some rounds to be compiled. */
    private static final int WARM_UP_RUNS = 4;

    private static final int ENTRY_BYTES = 256;

    /** An entry that the hook failed for rests for a second, and is not asked for meanwhile; after each further failure twice as long. */
    private static final long FIRST_REST_NANOS = 1_000_000_000;

    @Override
    public void run(BenchFolder folder, int runs, BenchReport report) throws IOException {
        // The hook fails on purpose; the node's warnings about it would bury the figures.
        System.setProperty("org.slf4j.simpleLogger.log.io.peerkit.gossip.internal.integrate.HookGate", "error");
        try (NodeProcess full = folder.sub("full").process(List.of())) {
            NodeAddress address = new NodeAddress(
                    full.ready().join().path("addresses").path(0).asText());
            full.publishRandom(10_000, ENTRY_BYTES, 1);
            measure(folder, address, 10_000, runs, report, 15, 7);
            full.publishRandom(90_000, ENTRY_BYTES, 2);
            measure(folder, address, 100_000, runs, report, 15, 7);
        }
    }

    private static void measure(
            BenchFolder folder,
            NodeAddress address,
            int entries,
            int runs,
            BenchReport report,
            double targetMillis,
            double targetKilobytes)
            throws IOException {
        double[] millis = new double[runs];
        double[] kilobytes = new double[runs];
        for (int i = -WARM_UP_RUNS; i < runs; i++) {
            BenchFolder other = folder.sub("other");
            Reluctant hook = new Reluctant(entries);
            try (PeerkitNode node = new BenchNode(Long.MAX_VALUE)
                    .builder(other)
                    .hooks(hook)
                    .start()
                    .join()) {
                node.connect(address).join();
                hook.firstPass.await();
                waitFor(node, entries - MISSING);
                hook.awaitRest();
                NodeStatus before = node.status().join();
                hook.willing = true;
                long begin = System.nanoTime();
                node.sync().join();
                double elapsed = (System.nanoTime() - begin) / 1e6;
                NodeStatus after = node.status().join();
                if (after.entries() != entries) {
                    throw new IllegalStateException(after.entries() + " entries after sync, expected " + entries);
                }
                if (i >= 0) {
                    millis[i] = elapsed;
                    kilobytes[i] =
                            (after.bytesIn() + after.bytesOut() - before.bytesIn() - before.bytesOut()) / 1_000.0;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                other.delete();
            }
        }
        String what = MISSING + " of " + entries + " missing";
        report.figure("diff", what + ", time", "ms", millis, BenchReport.Better.LOWER, targetMillis);
        report.figure("diff", what + ", on the wire", "kB", kilobytes, BenchReport.Better.LOWER, targetKilobytes);
    }

    private static void waitFor(PeerkitNode node, long entries) throws InterruptedException {
        while (node.status().join().entries() < entries) {
            Thread.sleep(1);
        }
    }

    /** Fails for every n-th entry until it is willing. Called by one thread at a time. */
    private static final class Reluctant implements StorageHooks {
        private final CountDownLatch firstPass;
        private final int every;
        private final Set<EntryId> refused = new HashSet<>();
        private int count;
        private int failures;
        private volatile long restedAt;
        private volatile boolean willing;

        Reluctant(int entries) {
            firstPass = new CountDownLatch(entries);
            every = entries / MISSING;
        }

        @Override
        public IntegrationVerdict onIntegrate(Incoming incoming) {
            boolean again = refused.contains(incoming.entry());
            boolean refuse = again || count++ % every == every / 2;
            if (!again) {
                firstPass.countDown();
            }
            if (refuse && !willing) {
                refused.add(incoming.entry());
                rest(again);
                throw new IllegalStateException("not yet");
            }
            return IntegrationVerdict.ACCEPTED;
        }

        /** A session may have come in between, for which it was not willing either. */
        private void rest(boolean again) {
            failures += again ? 1 : 0;
            // All of them come together, so this many times each.
            int times = Math.min(5, 1 + (failures + MISSING - 1) / MISSING);
            restedAt = System.nanoTime() + (FIRST_REST_NANOS << (times - 1));
        }

        void awaitRest() throws InterruptedException {
            while (System.nanoTime() - restedAt < 0) {
                Thread.sleep(1);
            }
        }
    }
}
