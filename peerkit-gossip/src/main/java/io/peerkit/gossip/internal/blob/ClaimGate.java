// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps those who begin to use chunks apart from those who remove chunks that nobody uses: between looking for users and
 * removing, nobody may become one. Claims run beside each other; a removal runs alone, claims that come later wait for it.
 *
 * <p>Belongs to the node loop, where the steps' futures must complete.
 */
final class ClaimGate {
    private record Step(boolean alone, Runnable run) {}

    private final Deque<Step> waiting = new ArrayDeque<>();
    private int claims;
    private boolean removing;

    /** Runs a step that uses chunks. */
    <T extends @Nullable Object> CompletableFuture<T> claim(Supplier<CompletableFuture<T>> step) {
        return add(false, step);
    }

    /** Runs a step that removes chunks. */
    <T extends @Nullable Object> CompletableFuture<T> remove(Supplier<CompletableFuture<T>> step) {
        return add(true, step);
    }

    private <T extends @Nullable Object> CompletableFuture<T> add(boolean alone, Supplier<CompletableFuture<T>> step) {
        CompletableFuture<T> done = new CompletableFuture<>();
        waiting.add(new Step(alone, () -> {
            CompletableFuture<?> unused = step.get().whenComplete((value, failure) -> {
                end(alone);
                if (failure == null) {
                    done.complete(value);
                } else {
                    done.completeExceptionally(failure);
                }
            });
        }));
        next();
        return done;
    }

    private void end(boolean alone) {
        if (alone) {
            removing = false;
        } else {
            claims--;
        }
        next();
    }

    private void next() {
        while (!waiting.isEmpty()
                && !removing
                && (claims == 0 || !waiting.element().alone())) {
            Step step = waiting.remove();
            if (step.alone()) {
                removing = true;
            } else {
                claims++;
            }
            step.run().run();
        }
    }
}
