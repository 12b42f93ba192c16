// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.ClosedException;
import io.peerkit.api.LimitExceededException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread with a connection that answers reads in the order of the calls. */
final class ReadThread {
    /** The most reads that may wait. */
    static final int MAX_WAITING_READS = 16_384;

    private static final Logger LOG = LoggerFactory.getLogger(ReadThread.class);

    private final Path file;
    private final Recovery recovery;
    private final ThreadPoolExecutor reads;

    /** Makes a reader fit for use again after a read failed. */
    interface Recovery {
        void run() throws SQLException;
    }

    /** What the thread is to do. */
    interface Read<T> {
        T run() throws SQLException, IOException;
    }

    ReadThread(Path file, Recovery recovery, ThreadFactory threads) {
        this.file = file;
        this.recovery = recovery;
        reads = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_WAITING_READS), threads);
        reads.prestartCoreThread();
    }

    <T> CompletableFuture<T> read(Read<T> read) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            reads.execute(() -> {
                try {
                    answer.complete(read.run());
                } catch (Throwable e) { // whatever it is, the caller must hear of it
                    recover();
                    answer.completeExceptionally(StoreFailure.of(file, e));
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    reads.isShutdown()
                            ? new ClosedException("the store is closed")
                            : new LimitExceededException("reads waiting: " + MAX_WAITING_READS + ", no more can wait"));
        }
        return answer;
    }

    private void recover() {
        try {
            recovery.run();
        } catch (SQLException e) {
            LOG.debug("{}: a statement did not close", file, e);
        }
    }

    /** Ends the thread when what waits is answered. */
    void shutdown() {
        reads.shutdown();
    }
}
