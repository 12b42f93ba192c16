// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.internal.rpc.QueryFailedException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A transaction over several frames: {@code begin}, its queries one after the other on the same connection, {@code commit}. Begun
 * anew when its connection is lost or when it lost a race.
 */
final class FramedTransaction {
    private final WebSocketSession session;
    private final List<Query> queries;
    private final long deadline;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private int failures;

    FramedTransaction(WebSocketSession session, List<Query> queries, long deadline) {
        this.session = session;
        this.queries = queries;
        this.deadline = deadline;
    }

    CompletableFuture<Void> run() {
        Call begin = Call.once("begin", List.of());
        var unused = session.call(begin)
                .thenCompose(id -> runIn(begin.place, uuid(id)))
                .whenComplete((all, failure) -> {
                    if (failure == null) {
                        done.complete(null);
                    } else {
                        failed(
                                failure instanceof CompletionException && failure.getCause() != null
                                        ? failure.getCause()
                                        : failure);
                    }
                });
        return done;
    }

    private static UUID uuid(Object id) {
        if (id instanceof UUID uuid) {
            return uuid;
        }
        throw new InvalidBytesException("transaction's id is no UUID");
    }

    private CompletableFuture<Object> runIn(Call.Place place, UUID id) {
        CompletableFuture<Object> last = CompletableFuture.completedFuture(id);
        for (Query query : queries) {
            List<Object> params = List.of(query.statements(), query.variables());
            last = last.thenCompose(before -> session.call(Call.on(place, "query", params, Optional.of(id))));
        }
        return last.thenCompose(before -> session.call(Call.on(place, "commit", List.of(id), Optional.empty())))
                .whenComplete((answer, failure) -> {
                    if (failure != null) {
                        // Whether it is heard does not matter: a transaction ends with its connection.
                        var unused = session.call(Call.on(place, "cancel", List.of(id), Optional.empty()));
                    }
                });
    }

    private void failed(Throwable failure) {
        failures++;
        boolean again = failure instanceof StorageException
                || (failure instanceof QueryFailedException refused
                        && refused.error().isConflict());
        if (again && failures < SessionLimits.MAX_CONFLICTS && session.now() < deadline) {
            session.later(
                    () -> {
                        var unused = run();
                    },
                    Backoff.CONFLICT.afterNanos(failures, ThreadLocalRandom.current()));
        } else {
            done.completeExceptionally(failure);
        }
    }
}
