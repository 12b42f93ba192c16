// SPDX-License-Identifier: Apache-2.0
package io.peerkit.internal;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** A daemon thread that one node made and ends. */
final class NodeThread extends Thread {
    /** How long closing waits for threads to end, in seconds. */
    private static final int END_SECONDS = 5;

    private final Object owner;

    NodeThread(Object owner, Runnable task, String name) {
        super(task, name);
        this.owner = owner;
        setDaemon(true);
    }

    /**
     * Waits until a stopped executor's threads have ended. A caller that is one of them does not wait for itself: its
     * thread ends when it returns.
     */
    static void awaitEnd(Object owner, ExecutorService executor) {
        if (Thread.currentThread() instanceof NodeThread self && self.owner == owner) {
            return;
        }
        try {
            executor.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
