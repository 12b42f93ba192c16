// SPDX-License-Identifier: Apache-2.0
package io.peerkit.internal;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives tasks to another executor one at a time, in order. Its state is guarded by the queue's lock.
 *
 * <p>The queue has no bound of its own: the node hands over only what its bounded pipelines hold.
 */
final class SerialExecutor implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);

    /** How many tasks one turn runs before it lets the executor serve others. */
    private static final int TASKS_PER_TURN = 256;

    private final Executor executor;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private boolean scheduled;

    SerialExecutor(Executor executor) {
        this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (queue) {
            queue.add(task);
            if (scheduled) {
                return;
            }
            scheduled = true;
        }
        handOver();
    }

    private void handOver() {
        try {
            executor.execute(this::turn);
        } catch (RejectedExecutionException e) {
            synchronized (queue) {
                queue.clear();
                scheduled = false;
            }
            LOG.debug("the user executor is closed; what the node had to tell is dropped", e);
        }
    }

    private void turn() {
        for (int i = 0; i < TASKS_PER_TURN; i++) {
            Runnable task;
            synchronized (queue) {
                task = queue.poll();
                if (task == null) {
                    scheduled = false;
                    return;
                }
            }
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.error("a hook or listener of the application failed", e);
            }
        }
        handOver();
    }
}
