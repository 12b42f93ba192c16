// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Futures of the store that complete on the node loop, so that chains of them stay there. */
final class OnLoop {
    private OnLoop() {}

    static <T extends @Nullable Object> CompletableFuture<T> of(Executor loop, CompletableFuture<T> future) {
        CompletableFuture<T> onLoop = new CompletableFuture<>();
        LoopHop.then(loop, future, onLoop::complete, onLoop::completeExceptionally);
        return onLoop;
    }
}
