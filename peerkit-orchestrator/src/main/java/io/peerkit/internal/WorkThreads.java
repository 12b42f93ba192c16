// SPDX-License-Identifier: Apache-2.0
package io.peerkit.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that read the streams of large blobs and hash them: apart from the application's, since a stream that blocks must
 * not keep its listeners waiting. They end when idle.
 */
final class WorkThreads implements Executor {
    /** Two contents being published, and one that hashes what peers send. */
    private static final int COUNT = 3;

    private final Object owner = new Object();
    private final ThreadPoolExecutor pool;

    WorkThreads(String name) {
        AtomicInteger count = new AtomicInteger();
        pool = new ThreadPoolExecutor(
                COUNT,
                COUNT,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> new NodeThread(owner, task, name + "-work-" + count.incrementAndGet()));
        pool.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    /** Interrupts running tasks, which may hang in a stream of the application's, and drops the others. */
    void close() {
        pool.shutdownNow();
        NodeThread.awaitEnd(owner, pool);
    }
}
