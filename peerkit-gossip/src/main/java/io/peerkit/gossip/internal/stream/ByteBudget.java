// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.stream;

import io.peerkit.gossip.NodeLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/**
 * How many bytes may pass in one direction: so many a second, with a second's worth at once. What has come can only be counted behind
 * its coming, so the budget may be overdrawn by about one read; then nothing passes until that is made up for.
 *
 * <p>Safe for use by any thread. Those who wait are let through in their order; there are as many as streams at most for reading,
 * and for writing as the streams' owners let wait.
 */
final class ByteBudget {
    /** Whoever is let through to read has this long to find something, before the next may look; in milliseconds. */
    private static final long LOOK_MILLIS = 20;

    private final NodeLoop loop;
    private final double perMilli;
    private final Deque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
    private double left;
    private long filledAt = Long.MIN_VALUE;
    private boolean scheduled;

    /**
     * @param bytesPerSecond positive
     */
    ByteBudget(NodeLoop loop, long bytesPerSecond) {
        this.loop = loop;
        this.perMilli = bytesPerSecond / 1_000.0;
        this.left = bytesPerSecond;
    }

    /** Completes when something may pass. */
    CompletableFuture<Void> open() {
        synchronized (waiting) {
            fill();
            if (left > 0 && waiting.isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            CompletableFuture<Void> turn = new CompletableFuture<>();
            waiting.add(turn);
            schedule();
            return turn;
        }
    }

    /** Something passed, or is about to. */
    void spend(int bytes) {
        synchronized (waiting) {
            fill();
            left -= bytes;
        }
    }

    private void fill() {
        long now = loop.now().toEpochMilli();
        if (filledAt != Long.MIN_VALUE) {
            left = Math.min(1_000 * perMilli, left + Math.max(0, now - filledAt) * perMilli);
        }
        filledAt = now;
    }

    private void schedule() {
        if (!scheduled && !waiting.isEmpty()) {
            scheduled = true;
            long millis = left > 0 ? LOOK_MILLIS : 1 + (long) (-left / perMilli);
            loop.execute(() -> loop.schedule(Duration.ofMillis(millis), this::release));
        }
    }

    private void release() {
        CompletableFuture<Void> turn;
        synchronized (waiting) {
            scheduled = false;
            fill();
            if (left <= 0) {
                schedule();
                return;
            }
            turn = waiting.remove();
        }
        turn.complete(null);
        synchronized (waiting) {
            schedule();
        }
    }
}
