// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What several sessions together hold and have promised to take: those of one peer, and above them those of a transport.
 *
 * <p>Safe for use by many threads. Each figure also counts with the parent.
 */
public final class SharedBudget {
    private final long maxBytes;
    private final @Nullable SharedBudget parent;
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicLong windowBytes = new AtomicLong();

    private SharedBudget(long maxBytes, @Nullable SharedBudget parent) {
        this.maxBytes = maxBytes;
        this.parent = parent;
    }

    /**
     * A budget that stands alone.
     *
     * @param maxBytes what may be held, and the sum to which windows may grow
     * @return the budget
     */
    public static SharedBudget of(long maxBytes) {
        return new SharedBudget(maxBytes, null);
    }

    /**
     * A budget within this one.
     *
     * @param bytes what may be held of it
     * @return the budget, which counts here too
     */
    public SharedBudget within(long bytes) {
        return new SharedBudget(bytes, this);
    }

    /** Counts bytes that wait to be read, fewer when negative. */
    void queued(long bytes) {
        queuedBytes.addAndGet(bytes);
        if (parent != null) {
            parent.queued(bytes);
        }
    }

    /** Counts windows that cannot be refused, fewer when negative. */
    void windows(long bytes) {
        windowBytes.addAndGet(bytes);
        if (parent != null) {
            parent.windows(bytes);
        }
    }

    /** Takes up to {@code wanted} bytes more of window here and with every parent. */
    int grow(int wanted) {
        long before = windowBytes.get();
        int granted = room(wanted, before);
        while (granted > 0 && !windowBytes.compareAndSet(before, before + granted)) {
            before = windowBytes.get();
            granted = room(wanted, before);
        }
        int above = parent == null || granted == 0 ? granted : parent.grow(granted);
        if (above < granted) {
            windowBytes.addAndGet(above - granted);
        }
        return above;
    }

    private int room(int wanted, long used) {
        return (int) Math.max(0, Math.min(wanted, maxBytes - used));
    }

    /** Whether more waits to be read than may. */
    boolean isExceeded() {
        return queuedBytes.get() > maxBytes || (parent != null && parent.isExceeded());
    }

    /** Whether the first windows of streams, which cannot be refused, have pushed the sum over the limit. */
    boolean isPressed() {
        return windowBytes.get() > maxBytes || (parent != null && parent.isPressed());
    }

    /**
     * What waits to be read.
     *
     * @return a number of bytes
     */
    public long queuedBytes() {
        return queuedBytes.get();
    }

    /**
     * What peers may send before they hear more, and what they sent that was not read.
     *
     * @return a number of bytes
     */
    public long windowBytes() {
        return windowBytes.get();
    }
}
