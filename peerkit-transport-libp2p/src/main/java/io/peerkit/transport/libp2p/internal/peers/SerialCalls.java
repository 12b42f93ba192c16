// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.peers;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes calls one at a time, in the order in which they were added, on the threads that add them: whoever finds nobody at
 * work does what is there. No lock is held during a call.
 *
 * <p>Connections live on several event loops; this is what makes the listener hear of a node's last connection closing and
 * of its next one opening in that order. Safe for use by many threads.
 */
public final class SerialCalls {
    private static final Logger LOG = LoggerFactory.getLogger(SerialCalls.class);

    private final Queue<Runnable> calls = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * Adds a call without making it; {@link #make} must follow.
     *
     * @param call what to do; what it throws is logged
     */
    public void add(Runnable call) {
        calls.add(call);
    }

    /** Makes the calls that wait, unless another thread does, or this one further up its stack. */
    public void make() {
        if (waiting.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            Runnable call;
            while ((call = calls.poll()) != null) {
                make(call);
            }
            seen = waiting.addAndGet(-seen);
        } while (seen != 0);
    }

    private static void make(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.warn("a listener or stream handler failed", e);
        }
    }

    /**
     * Adds a call and makes it in its turn.
     *
     * @param call what to do; what it throws is logged
     */
    public void call(Runnable call) {
        add(call);
        make();
    }
}
