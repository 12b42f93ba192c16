// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

/** What all streams of a session together hold and have promised to take. */
final class ReceiveBudget {
    private final long maxBytes;
    private long queuedBytes;
    private long windowBytes;

    ReceiveBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Counts bytes that wait to be read. */
    void queued(long bytes) {
        queuedBytes += bytes;
    }

    /** Counts bytes that were read or dropped. */
    void released(long bytes) {
        queuedBytes -= bytes;
    }

    /** Counts the window of a new stream. */
    void windowOpened(long bytes) {
        windowBytes += bytes;
    }

    /** Gives back the window of a stream that ended. */
    void windowClosed(long bytes) {
        windowBytes -= bytes;
    }

    /** Takes up to {@code wanted} bytes more of window, so that the sum of all windows stays within the limit. */
    int grow(int wanted) {
        int granted = (int) Math.max(0, Math.min(wanted, maxBytes - windowBytes));
        windowBytes += granted;
        return granted;
    }

    boolean isExceeded() {
        return queuedBytes > maxBytes;
    }

    long queuedBytes() {
        return queuedBytes;
    }

    long windowBytes() {
        return windowBytes;
    }
}
