// SPDX-License-Identifier: Apache-2.0
package io.peerkit.internal;

import io.peerkit.api.ClosedException;
import io.peerkit.api.PeerkitException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Answers that the node owes its application; closing fails them, so that nobody waits for ever. */
final class OpenCalls {
    private final Executor executor;
    private final Map<Long, CompletableFuture<?>> open = new ConcurrentHashMap<>();
    private final AtomicLong lastNumber = new AtomicLong();
    private volatile boolean closed;

    /**
     * @param executor completes the futures
     */
    OpenCalls(Executor executor) {
        this.executor = executor;
    }

    /** A future that completes on the executor as the call's does, with the failure itself and not a wrapping of it. */
    <T> CompletableFuture<T> handOver(Supplier<CompletableFuture<T>> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Long number = lastNumber.incrementAndGet();
        open.put(number, result);
        if (closed) {
            close();
            return result;
        }
        CompletableFuture<T> unused = call.get()
                .whenCompleteAsync(
                        (value, failure) -> {
                            open.remove(number);
                            if (failure == null) {
                                result.complete(value);
                            } else {
                                result.completeExceptionally(unwrapped(failure));
                            }
                        },
                        executor);
        return result;
    }

    /** Fails what is open, and every later call. */
    void close() {
        closed = true;
        open.forEach((number, call) -> {
            open.remove(number);
            call.completeExceptionally(new ClosedException("the node is closed"));
        });
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() instanceof PeerkitException cause
                ? cause
                : failure;
    }
}
