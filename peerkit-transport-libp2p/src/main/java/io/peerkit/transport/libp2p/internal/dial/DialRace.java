// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dial;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tries addresses in order, the next one when the one before failed or 250 ms have passed without a decision. The first that
 * succeeds wins; the others are cancelled, and closed if they succeed nevertheless. A failure that no other address can mend
 * ends the race.
 *
 * <p>Belongs to the executor on which it runs.
 *
 * @param <T> what an attempt yields
 */
public final class DialRace<T> {
    /** How long an address has the road to itself. */
    static final long STAGGER_MILLIS = 250;

    private final EventExecutor executor;
    private final Function<Multiaddr, CompletableFuture<T>> dial;
    private final Consumer<T> close;
    private final Deque<Multiaddr> waiting;
    private final List<CompletableFuture<T>> running = new ArrayList<>();
    private final CompletableFuture<T> winner = new CompletableFuture<>();
    private @Nullable Future<?> stagger;
    private Throwable lastFailure = new PeerUnreachableException("no address to dial");

    /**
     * Prepares a race.
     *
     * @param executor on which everything runs
     * @param dial starts an attempt; cancelling its future gives it up
     * @param close disposes of a result that came too late
     * @param addresses best first
     */
    public DialRace(
            EventExecutor executor,
            Function<Multiaddr, CompletableFuture<T>> dial,
            Consumer<T> close,
            List<Multiaddr> addresses) {
        this.executor = executor;
        this.dial = dial;
        this.close = close;
        this.waiting = new ArrayDeque<>(addresses);
    }

    /**
     * Starts; from any thread.
     *
     * @return a future of the winner, completed on the executor, or failed as the last attempt that did
     */
    public CompletableFuture<T> start() {
        executor.execute(this::next);
        return winner;
    }

    private void next() {
        if (stagger != null) {
            stagger.cancel(false);
            stagger = null;
        }
        Multiaddr address = waiting.pollFirst();
        if (winner.isDone()) {
            return;
        }
        if (address == null) {
            if (running.isEmpty()) {
                winner.completeExceptionally(lastFailure);
            }
            return;
        }
        if (!waiting.isEmpty()) {
            stagger = executor.schedule(this::next, STAGGER_MILLIS, TimeUnit.MILLISECONDS);
        }
        CompletableFuture<T> attempt = dial.apply(address);
        running.add(attempt);
        var unused = attempt.whenComplete((result, failure) -> {
            if (executor.inEventLoop()) {
                ended(attempt, result, failure);
            } else {
                executor.execute(() -> ended(attempt, result, failure));
            }
        });
    }

    private void ended(CompletableFuture<T> attempt, @Nullable T result, @Nullable Throwable failure) {
        running.removeIf(each -> each == attempt);
        if (result != null && !winner.isDone()) {
            List<CompletableFuture<T>> losers = List.copyOf(running);
            winner.complete(result);
            losers.forEach(loser -> loser.cancel(false));
        } else if (result != null) {
            close.accept(result);
        } else if (failure != null && !winner.isDone()) {
            lastFailure = failure;
            if (failure instanceof PeerUnreachableException) {
                next();
            } else {
                waiting.clear();
                winner.completeExceptionally(failure);
                List.copyOf(running).forEach(loser -> loser.cancel(false));
            }
        }
    }
}
