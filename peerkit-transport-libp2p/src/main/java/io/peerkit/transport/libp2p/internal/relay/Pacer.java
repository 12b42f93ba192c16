// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

/**
 * Holds many payers together to a number of bytes a second.
 *
 * <p>A payer is never refused: it pays for what it has taken and is told how long to rest before it takes more. Payers
 * queue up behind each other in time, so each gets its share however often it asks, and the sum over any stretch of time is at most
 * what the rate allows for it and {@link #BURST_NANOS} more. Safe for use by many threads: guarded by itself.
 */
final class Pacer {
    /** What was not used may be made up for, as far back as this. */
    static final long BURST_NANOS = 100_000_000L;

    private static final double NANOS_PER_SECOND = 1e9;

    private final double nanosPerByte;
    private boolean started;
    /** When everything paid for so far is through. */
    private long paidUntil;

    /** @param bytesPerSecond the rate; 0 for none */
    Pacer(long bytesPerSecond) {
        nanosPerByte = bytesPerSecond == 0 ? 0 : NANOS_PER_SECOND / bytesPerSecond;
    }

    /**
     * Pays.
     *
     * @param bytes what was taken
     * @param nowNanos the time, in nanoseconds from any fixed point
     * @return how many nanoseconds to rest, 0 for none
     */
    long pay(int bytes, long nowNanos) {
        if (nanosPerByte == 0) {
            return 0;
        }
        long cost = (long) Math.ceil(bytes * nanosPerByte);
        synchronized (this) {
            long earliest = nowNanos - BURST_NANOS;
            if (!started || paidUntil - earliest < 0) {
                started = true;
                paidUntil = earliest;
            }
            paidUntil += cost;
            return Math.max(0, paidUntil - nowNanos);
        }
    }
}
