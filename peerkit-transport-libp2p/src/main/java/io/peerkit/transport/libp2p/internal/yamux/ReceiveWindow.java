// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

/**
 * How much the peer may send on one stream.
 *
 * <p>The peer is given credit back only for what the application has consumed, in steps of half a window: a reader that
 * stalls stalls the peer, and one that keeps up never lets it wait, since at least half a window is then on its way.
 *
 * <p>A window of fixed size caps a stream at one window each round trip. So a window of which half was used up within
 * four round trips is doubled, as go-yamux does, up to a limit and within the budgets of session, peer and transport.
 *
 * <p>What the peer was once promised cannot be taken back. But a grown window is halved, down to its first size, by giving
 * back less than was consumed: when half of it took {@link #IDLE_NANOS}, or when new streams need the budget.
 */
final class ReceiveWindow {
    /** Half a window used up within this many round trips makes it grow. */
    private static final int GROWTH_ROUND_TRIPS = 4;

    /**
     * Shorter round trips count as this long, in nanoseconds. On a fast network it is not the wire that delays a window
     * update but the turn of the event loop and the scheduler on either side.
     */
    static final long MIN_ROUND_TRIP_NANOS = 2_000_000;

    /** A grown window of which half lasts this long, in nanoseconds, is larger than its stream needs. */
    static final long IDLE_NANOS = 10_000_000_000L;

    private final ReceiveBudget budget;
    private final int maxBytes;
    private int bytes = Yamux.INITIAL_WINDOW_BYTES;
    private long credit = Yamux.INITIAL_WINDOW_BYTES;
    private int consumed;
    private boolean started;
    private long stepStartNanos;

    ReceiveWindow(ReceiveBudget budget, int maxBytes) {
        this.budget = budget;
        this.maxBytes = maxBytes;
        budget.windowOpened(bytes);
    }

    /** What the peer may still send. */
    long credit() {
        return credit;
    }

    /** The size of the window. */
    int bytes() {
        return bytes;
    }

    /** Uses up credit; false when the peer has too little, and nothing was changed. */
    boolean use(long length, long nowNanos) {
        if (length > credit) {
            return false;
        }
        credit -= length;
        if (!started) {
            started = true;
            stepStartNanos = nowNanos;
        }
        return true;
    }

    /**
     * Notes what the application read.
     *
     * @param roundTripNanos 0 when not known; the window does not grow then
     * @return by how much the peer's credit is to be enlarged now, 0 for not yet
     */
    int consumed(int length, long nowNanos, long roundTripNanos) {
        consumed += length;
        if (consumed < bytes / 2) {
            return 0;
        }
        boolean larger = bytes > Yamux.INITIAL_WINDOW_BYTES;
        int delta = larger && (budget.isPressed() || nowNanos - stepStartNanos >= IDLE_NANOS)
                ? consumed - shrinkage()
                : consumed + growth(nowNanos, roundTripNanos);
        consumed = 0;
        credit += delta;
        stepStartNanos = nowNanos;
        return delta;
    }

    private int growth(long nowNanos, long roundTripNanos) {
        long quick = GROWTH_ROUND_TRIPS * Math.max(roundTripNanos, MIN_ROUND_TRIP_NANOS);
        if (roundTripNanos == 0 || nowNanos - stepStartNanos >= quick) {
            return 0;
        }
        int growth = budget.grow(Math.min(bytes, maxBytes - bytes));
        bytes += growth;
        return growth;
    }

    private int shrinkage() {
        int halved = Math.max(bytes / 2, Yamux.INITIAL_WINDOW_BYTES);
        int shrinkage = Math.min(consumed, bytes - halved);
        bytes -= shrinkage;
        budget.windowClosed(shrinkage);
        return shrinkage;
    }

    /** Gives the window back to the budget when the stream has ended. */
    void close() {
        budget.windowClosed(bytes);
    }
}
