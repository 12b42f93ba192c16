// SPDX-License-Identifier: Apache-2.0
package io.peerkit.internal;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Where the application's code runs: its own executor, or threads made for it, which {@link #close} ends. */
final class UserThreads implements Executor {
    /**
     * Enough that hooks which look at entries, the same number of them that hang, two that read blobs, what is told and the
     * completions of futures do not wait for each other.
     */
    private static final int COUNT = 12;

    private final Executor executor;
    private final Optional<Pool> owned;

    private UserThreads(Executor executor, Optional<Pool> owned) {
        this.executor = executor;
        this.owned = owned;
    }

    static UserThreads of(Optional<Executor> given, String name) {
        if (given.isPresent()) {
            return new UserThreads(given.get(), Optional.empty());
        }
        Pool pool = new Pool(new Object(), new AtomicInteger(), name);
        return new UserThreads(pool, Optional.of(pool));
    }

    /** Runs a task; on the caller's thread when the executor takes no more, so that no future is left open. */
    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }

    /** Lets running tasks end, drops the others, ends own threads. */
    void close() {
        owned.ifPresent(pool -> {
            pool.shutdown();
            NodeThread.awaitEnd(pool.owner, pool);
        });
    }

    private static final class Pool extends ThreadPoolExecutor {
        private final Object owner;

        Pool(Object owner, AtomicInteger count, String name) {
            super(
                    COUNT,
                    COUNT,
                    10,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    task -> new NodeThread(owner, task, name + "-user-" + count.incrementAndGet()));
            this.owner = owner;
            allowCoreThreadTimeOut(true);
        }
    }
}
