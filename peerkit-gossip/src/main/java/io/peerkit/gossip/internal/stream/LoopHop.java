// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.stream;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Brings the outcome of a transport's or store's future to the node loop. */
public final class LoopHop {
    private LoopHop() {}

    /**
     * Continues on the loop.
     *
     * @param loop the node loop
     * @param future completes on any thread
     * @param succeeded gets the value
     * @param failed gets the failure, without the wrapping of {@link CompletableFuture}
     */
    @SuppressWarnings("FutureReturnValueIgnored") // one of the two gets every outcome
    public static <T extends @Nullable Object> void then(
            Executor loop, CompletableFuture<T> future, Consumer<? super T> succeeded, Consumer<Throwable> failed) {
        future.whenComplete((value, failure) -> loop.execute(() -> {
            if (failure == null) {
                succeeded.accept(value);
            } else {
                failed.accept(
                        failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure);
            }
        }));
    }
}
