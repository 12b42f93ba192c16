// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

/** Our own pings, one at a time, and the round trip that they measure. */
final class RoundTrip {
    private boolean wanted;
    private boolean outstanding;
    private int value;
    private long sentNanos;
    private long smoothedNanos;

    /** Asks for a ping; false when the last one has no answer yet. */
    boolean start() {
        if (wanted || outstanding) {
            return false;
        }
        wanted = true;
        return true;
    }

    /** Whether a ping waits to be sent. */
    boolean isWanted() {
        return wanted;
    }

    /** The value of the ping that is sent now. */
    int send(long nowNanos) {
        wanted = false;
        outstanding = true;
        sentNanos = nowNanos;
        return ++value;
    }

    /**
     * Takes the peer's answer.
     *
     * @return the round trip in nanoseconds, or -1 when nobody asked for this answer
     */
    long answered(int answer, long nowNanos) {
        if (!outstanding || answer != value) {
            return -1;
        }
        outstanding = false;
        long sample = Math.max(0, nowNanos - sentNanos);
        smoothedNanos = smoothedNanos == 0 ? sample : (smoothedNanos + sample) / 2;
        return sample;
    }

    /** The mean of the last samples, weighted to the newest; 0 before the first. */
    long smoothedNanos() {
        return smoothedNanos;
    }
}
