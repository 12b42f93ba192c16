// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dial;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a {@link DialPlan}: dials, and closes what came too late.
 *
 * <p>Belongs to the executor on which it runs.
 *
 * @param <T> what an attempt yields
 */
public final class DialRace<T> {
    private final EventExecutor executor;
    private final LongSupplier clock;
    private final Function<Multiaddr, CompletableFuture<T>> dial;
    private final Consumer<T> close;
    private final DialPlan plan;
    private final Map<Multiaddr, CompletableFuture<T>> running = new HashMap<>();
    private final CompletableFuture<T> winner = new CompletableFuture<>();
    private @Nullable Future<?> alarm;

    /**
     * Prepares a race.
     *
     * @param executor on which everything runs
     * @param clock the nanoseconds by which its timers go
     * @param dial starts an attempt; cancelling its future gives it up
     * @param close disposes of a result that came too late
     * @param addresses of one node, 1 at least
     * @param limit how long all together may take
     */
    public DialRace(
            EventExecutor executor,
            LongSupplier clock,
            Function<Multiaddr, CompletableFuture<T>> dial,
            Consumer<T> close,
            List<Multiaddr> addresses,
            Duration limit) {
        this.executor = executor;
        this.clock = clock;
        this.dial = dial;
        this.close = close;
        plan = new DialPlan(addresses, limit);
    }

    /**
     * Starts; from any thread.
     *
     * @return a future of the winner, completed on the executor, or failed as the last attempt that did
     */
    public CompletableFuture<T> start() {
        executor.execute(() -> act(plan.start(clock.getAsLong())));
        return winner;
    }

    private void act(List<DialPlan.Action> actions) {
        for (DialPlan.Action action : actions) {
            if (action instanceof DialPlan.Dial next) {
                dial(next.address());
            } else if (action instanceof DialPlan.Cancel loser) {
                CompletableFuture<T> attempt = running.remove(loser.address());
                if (attempt != null) {
                    attempt.cancel(false);
                }
            } else if (action instanceof DialPlan.WakeAt wake) {
                wakeAt(wake.nanos());
            } else if (action instanceof DialPlan.GiveUp end) {
                winner.completeExceptionally(end.why());
            }
        }
        if (plan.isOver() && alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
    }

    private void wakeAt(long nanos) {
        if (alarm != null) {
            alarm.cancel(false);
        }
        alarm = plan.isOver()
                ? null
                : executor.schedule(
                        () -> act(plan.woken(clock.getAsLong())), nanos - clock.getAsLong(), TimeUnit.NANOSECONDS);
    }

    private void dial(Multiaddr address) {
        CompletableFuture<T> attempt = dial.apply(address);
        running.put(address, attempt);
        var unused = attempt.whenComplete((result, failure) -> {
            // Never within the call that started it: its actions are not all carried out yet.
            executor.execute(() -> ended(address, result, failure));
        });
    }

    private void ended(Multiaddr address, @Nullable T result, @Nullable Throwable failure) {
        running.remove(address);
        if (result == null) {
            act(plan.failed(address, failure == null ? new NullPointerException() : failure, clock.getAsLong()));
        } else if (plan.isOver()) {
            close.accept(result);
        } else {
            act(plan.succeeded(address));
            if (!winner.complete(result)) {
                close.accept(result);
            }
        }
    }
}
