// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.PeerkitNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Publishes blobs of pseudo-random bytes, the same for the same seed. */
final class RandomBlobs {
    /** What waits to be stored at a time, in blobs and in bytes: enough to keep the store busy. */
    private static final int BATCH = PeerkitNode.MAX_BATCH;

    private static final int BATCH_BYTES = 8 * 1_048_576;

    private RandomBlobs() {}

    /**
     * Publishes blobs one batch after another.
     *
     * @return a future of the seconds until the last was stored
     */
    static CompletableFuture<Double> publish(PeerkitNode node, int count, int size, long seed) {
        if (size > PeerkitNode.MAX_BLOB_BYTES) {
            throw new CommandException("bad-argument", "size " + size + ", at most " + PeerkitNode.MAX_BLOB_BYTES);
        }
        SplittableRandom random = new SplittableRandom(seed);
        long begin = System.nanoTime();
        return next(node, count, size, random).thenApply(done -> (System.nanoTime() - begin) / 1e9);
    }

    private static CompletableFuture<Void> next(PeerkitNode node, int count, int size, SplittableRandom random) {
        if (count == 0) {
            return CompletableFuture.completedFuture(null);
        }
        int batch = Math.min(count, Math.min(BATCH, Math.max(1, BATCH_BYTES / Math.max(1, size))));
        List<byte[]> blobs = new ArrayList<>(batch);
        for (int i = 0; i < batch; i++) {
            byte[] blob = new byte[size];
            random.nextBytes(blob);
            blobs.add(blob);
        }
        return node.publishAll(blobs).thenCompose(done -> next(node, count - batch, size, random));
    }

    /**
     * Publishes blobs that begin with the monotonic clock at their publication, at a steady rate; for benchmarks.
     *
     * @return a future that completes when the last is stored
     */
    static CompletableFuture<Void> publishStamped(PeerkitNode node, int count, int perSecond) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread pacer = new Thread(
                () -> {
                    long begin = System.nanoTime();
                    List<CompletableFuture<?>> open = new ArrayList<>();
                    for (int i = 0; i < count; i++) {
                        long due = begin + TimeUnit.SECONDS.toNanos(i) / perSecond;
                        LockSupport.parkNanos(due - System.nanoTime());
                        byte[] blob = new byte[256];
                        ByteBuffer.wrap(blob).putLong(System.nanoTime()).putInt(i);
                        open.add(node.publish(blob));
                    }
                    CompletableFuture<Void> unused = CompletableFuture.allOf(open.toArray(CompletableFuture[]::new))
                            .whenComplete((value, failure) -> {
                                if (failure == null) {
                                    done.complete(null);
                                } else {
                                    done.completeExceptionally(failure);
                                }
                            });
                },
                "peerkit-pacer");
        pacer.setDaemon(true);
        pacer.start();
        return done;
    }
}
