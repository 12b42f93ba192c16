// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.BlobHash;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.StorageHooks;
import io.peerkit.gossip.NodeLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads blobs that the application keeps, by its hook, on its executor.
 *
 * <p>A hook that does not return takes one of {@link #MAX_READINGS} places for as long as it runs, and nobody waits for it
 * longer than {@link #PATIENCE}; when all places are taken so, everything counts as absent. Belongs to the node loop.
 */
public final class KeptBlobs {
    /** How long a reading may take from its first call; what is not answered by then counts as absent. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    /** The most readings at a time, those that are overdue included; leaves threads of a usual executor to others. */
    public static final int MAX_READINGS = 2;

    /** The most readings that wait; peers ask one page each at a time, the application as often as it likes. */
    public static final int MAX_WAITING = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(KeptBlobs.class);

    /**
     * What the application gave.
     *
     * @param blobs for each hash asked for, in order, as far as the reading came
     */
    record Answer(List<Optional<byte[]>> blobs) {}

    private final NodeLoop loop;
    private final Executor executor;
    private final StorageHooks hooks;
    private final Deque<Reading> waiting = new ArrayDeque<>();
    private final AtomicBoolean complained = new AtomicBoolean();
    private int running;
    private int overdue;

    /**
     * @param executor runs the application's code, several tasks at a time if it can
     */
    public KeptBlobs(NodeLoop loop, Executor executor, StorageHooks hooks) {
        this.loop = loop;
        this.executor = executor;
        this.hooks = hooks;
    }

    /** Reads one blob; fails when too many wait. */
    public CompletableFuture<Optional<byte[]>> read(BlobHash hash) {
        return read(List.of(hash), Integer.MAX_VALUE)
                .thenApply(answer -> answer.blobs().get(0));
    }

    /**
     * Reads blobs in order, until they exceed a number of bytes; there are answers for all before that point. Completes on
     * the loop.
     */
    CompletableFuture<Answer> read(List<BlobHash> hashes, long maxBytes) {
        Reading reading = new Reading(hashes, maxBytes);
        if (waiting.size() >= MAX_WAITING) {
            reading.answer.completeExceptionally(new LimitExceededException(
                    "blobs of the application that wait to be read: " + waiting.size() + ", at most " + MAX_WAITING));
            return reading.answer;
        }
        waiting.add(reading);
        next();
        return reading.answer;
    }

    private void next() {
        while (!waiting.isEmpty() && running < MAX_READINGS) {
            begin(waiting.remove());
        }
        while (!waiting.isEmpty() && overdue == MAX_READINGS) {
            waiting.remove().giveUp();
        }
    }

    private void begin(Reading reading) {
        running++;
        reading.timer = Optional.of(loop.schedule(PATIENCE, () -> late(reading)));
        try {
            executor.execute(() -> {
                reading.run();
                loop.execute(() -> ended(reading));
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("the user executor takes no more tasks; a blob counts as absent", e);
            reading.giveUp();
            ended(reading);
        }
    }

    private void late(Reading reading) {
        complain("the application did not give blobs within " + PATIENCE + "; they count as absent", Optional.empty());
        reading.overdue = true;
        overdue++;
        reading.giveUp();
        next();
    }

    private void ended(Reading reading) {
        running--;
        if (reading.overdue) {
            overdue--;
        }
        reading.timer.ifPresent(NodeLoop.Timer::cancel);
        reading.finish();
        next();
    }

    /** What always fails would otherwise be logged for each entry in each round. */
    private void complain(String what, Optional<Throwable> failure) {
        if (complained.compareAndSet(false, true)) {
            LOG.warn("{}; further failures of this kind are logged at debug level", what, failure.orElse(null));
        } else {
            LOG.debug("{}", what, failure.orElse(null));
        }
    }

    /** On the user executor. */
    private Optional<byte[]> ask(BlobHash hash) {
        try {
            Optional<byte[]> blob = hooks.blob(hash);
            if (blob.isPresent() && !BlobHash.ofBlob(blob.get()).equals(hash)) {
                complain(
                        "the application gave wrong bytes for blob " + hash + "; it counts as absent",
                        Optional.empty());
                return Optional.empty();
            }
            return blob;
        } catch (Throwable e) { // the application's code may throw anything, and a peer waits for us
            complain("the application's hook failed on blob " + hash + "; it counts as absent", Optional.of(e));
            return Optional.empty();
        }
    }

    /** Its answers are shared by the loop and a thread of the executor, under its lock; the rest belongs to the loop. */
    private final class Reading {
        private final List<BlobHash> hashes;
        private final long maxBytes;
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private final List<Optional<byte[]>> blobs = new ArrayList<>();
        private Optional<NodeLoop.Timer> timer = Optional.empty();
        private boolean overdue;
        private boolean closed;

        Reading(List<BlobHash> hashes, long maxBytes) {
            this.hashes = hashes;
            this.maxBytes = maxBytes;
        }

        void run() {
            long bytes = 0;
            for (int i = 0; i < hashes.size() && bytes <= maxBytes && !isClosed(); i++) {
                Optional<byte[]> blob = ask(hashes.get(i));
                bytes += blob.map(found -> found.length).orElse(0);
                add(blob);
            }
        }

        private synchronized boolean isClosed() {
            return closed;
        }

        private synchronized void add(Optional<byte[]> blob) {
            if (!closed) {
                blobs.add(blob);
            }
        }

        /** Answers with what is there, the rest as absent. */
        synchronized void giveUp() {
            closed = true;
            while (blobs.size() < hashes.size()) {
                blobs.add(Optional.empty());
            }
            finish();
        }

        synchronized void finish() {
            closed = true;
            answer.complete(new Answer(List.copyOf(blobs)));
        }
    }
}
