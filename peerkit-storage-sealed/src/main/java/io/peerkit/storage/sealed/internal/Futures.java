// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.ClosedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** Futures that fail with what went wrong itself, as the contract of a store says, and not with a wrapper around it. */
final class Futures {
    private Futures() {}

    static <A, B> CompletableFuture<B> map(CompletableFuture<A> from, Function<A, B> function) {
        CompletableFuture<B> to = new CompletableFuture<>();
        var unused = from.whenComplete((value, failure) -> {
            if (failure != null) {
                to.completeExceptionally(cause(failure));
                return;
            }
            try {
                to.complete(function.apply(value));
            } catch (Throwable e) { // whatever it is, the caller must hear of it
                to.completeExceptionally(e);
            }
        });
        return to;
    }

    static <T> CompletableFuture<T> unwrapped(CompletableFuture<T> from) {
        return map(from, value -> value);
    }

    static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause != null && (failure instanceof CompletionException || failure instanceof ExecutionException)
                ? cause
                : failure;
    }

    /** Goes on with another future; fails as the one that failed, without the wrapping. */
    static <A, B> CompletableFuture<B> compose(CompletableFuture<A> from, Function<A, CompletableFuture<B>> function) {
        return map(from.thenCompose(function), value -> value);
    }

    /** Waits, on a thread that may. */
    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (cause(e) instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /**
     * Waits, on a thread that is interrupted when it is to end.
     *
     * @throws ClosedException when it is
     */
    static <T> T awaitInterruptibly(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw new ClosedException("interrupted: the store is closed", e);
        } catch (ExecutionException e) {
            if (cause(e) instanceof RuntimeException failure) {
                throw failure;
            }
            throw new CompletionException(cause(e));
        }
    }

    /** Waits for a thread that is about to end, whoever interrupts. */
    static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
