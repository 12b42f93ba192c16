// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The writes under way, so that sealing anew never overtakes one: what is read, sealed and written back must not undo a
 * write that came in between. Its own lock guards it.
 */
final class InFlight {
    /** A write from before it is sealed until the store below has answered. */
    static final class Write {
        private final WriteBatch batch;
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        private Write(WriteBatch batch) {
            this.batch = batch;
        }
    }

    private final Set<Write> running = new LinkedHashSet<>();
    private @Nullable List<WriteBatch> watched;

    synchronized Write begin(WriteBatch batch) {
        Write write = new Write(batch);
        running.add(write);
        if (watched != null) {
            watched.add(batch);
        }
        return write;
    }

    void end(Write write) {
        synchronized (this) {
            running.remove(write);
        }
        write.done.complete(null);
    }

    /** Gives a future that completes when every write that is under way now has ended. */
    synchronized CompletableFuture<Void> drained() {
        return CompletableFuture.allOf(running.stream().map(write -> write.done).toArray(CompletableFuture<?>[]::new));
    }

    /** Remembers what is under way and what begins from now on, until {@link #settle}. */
    synchronized void watch() {
        watched = new ArrayList<>(running.stream().map(write -> write.batch).toList());
    }

    /** Ends what {@link #watch} began without writing anything. */
    synchronized void forget() {
        watched = null;
    }

    /**
     * Calls {@code then} with every batch that was under way or has begun since {@link #watch}. What {@code then} gives to the store
     * below comes behind all of them, but for those that have not got there yet, and before every other.
     */
    synchronized <T> T settle(Function<List<WriteBatch>, T> then) {
        List<WriteBatch> seen = watched == null ? List.of() : watched;
        watched = null;
        return then.apply(seen);
    }
}
