// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Statements in, results out. Safe for use by any thread; futures complete on the session's own thread, where nothing may block.
 *
 * <p>Every future may fail with {@link io.peerkit.storage.surreal.internal.rpc.QueryFailedException} (the server refused, trying
 * again will not help), {@link io.peerkit.api.StorageException} (the server stays away, answers late or loses too many races),
 * {@link io.peerkit.api.LimitExceededException} (a frame too long, too many calls waiting) or {@link
 * io.peerkit.api.ClosedException}.
 */
public interface SurrealSession extends AutoCloseable {
    /**
     * Runs statements. They are sent again after a lost connection and after a lost race between transactions, so running them twice
     * must do no more than running them once.
     *
     * @param statements SurrealQL
     * @param variables its parameters
     * @return a future of the result of each statement
     */
    CompletableFuture<List<Object>> query(String statements, Map<String, Object> variables);

    /**
     * Runs several queries in one transaction, in their order: for what does not fit in one frame. Sent again as {@link #query} is.
     *
     * @param queries without {@code BEGIN} and {@code COMMIT}
     * @return a future that completes when all is committed
     */
    CompletableFuture<Void> transaction(List<Query> queries);

    /**
     * Watches records through a live query; on every new connection anew.
     *
     * @param statement beginning with {@code LIVE SELECT}
     * @param variables its parameters
     * @param listener told what changes, on the session's thread
     */
    void watch(String statement, Map<String, Object> variables, LiveListener listener);

    /**
     * The session's thread.
     *
     * @return runs work on it, in the order given
     */
    Executor thread();

    /**
     * Runs work on the session's thread later, unless the session is closed by then.
     *
     * @param work short
     * @param nanos from now
     */
    void later(Runnable work, long nanos);

    /** Fails what is under way and closes all sockets. Repeating it does nothing. */
    @Override
    void close();
}
