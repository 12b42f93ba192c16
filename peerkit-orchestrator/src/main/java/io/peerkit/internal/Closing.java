// SPDX-License-Identifier: Apache-2.0
package io.peerkit.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is open and has to be closed, the last opened first. Guarded by its own lock. */
final class Closing {
    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private final Deque<Runnable> steps = new ArrayDeque<>();
    private volatile boolean closed;

    /** Remembers how to close something that was just opened; closes it at once if everything else is closed already. */
    void add(Runnable step) {
        synchronized (this) {
            if (!closed) {
                steps.push(step);
                return;
            }
        }
        run(step);
    }

    boolean isClosed() {
        return closed;
    }

    /** Closes everything once; a second caller returns when the first has finished. */
    synchronized void close() {
        closed = true;
        while (!steps.isEmpty()) {
            run(steps.pop());
        }
    }

    private static void run(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            // The rest must still be closed.
            LOG.warn("a part of the node did not close cleanly", e);
        }
    }
}
