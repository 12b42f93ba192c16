// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

/** What all streams of a session together hold and have promised to take, within what its peer and its transport may. */
final class ReceiveBudget {
    private final long maxBytes;
    private final SharedBudget shared;
    private long queuedBytes;
    private long windowBytes;

    ReceiveBudget(long maxBytes, SharedBudget shared) {
        this.maxBytes = maxBytes;
        this.shared = shared;
    }

    /** Counts bytes that wait to be read. */
    void queued(long bytes) {
        queuedBytes += bytes;
        shared.queued(bytes);
    }

    /** Counts bytes that were read or dropped. */
    void released(long bytes) {
        queued(-bytes);
    }

    /** Counts the window of a new stream. */
    void windowOpened(long bytes) {
        windowBytes += bytes;
        shared.windows(bytes);
    }

    /** Gives back the window of a stream that ended, or a part of one. */
    void windowClosed(long bytes) {
        windowOpened(-bytes);
    }

    /** Takes up to {@code wanted} bytes more of window, so that every sum of windows stays within its limit. */
    int grow(int wanted) {
        int room = (int) Math.max(0, Math.min(wanted, maxBytes - windowBytes));
        int granted = room == 0 ? 0 : shared.grow(room);
        windowBytes += granted;
        return granted;
    }

    /** Whether more waits to be read than may, here or above. */
    boolean isExceeded() {
        return queuedBytes > maxBytes || shared.isExceeded();
    }

    /** Whether new streams have pushed a sum of windows over its limit, so that grown ones should give way. */
    boolean isPressed() {
        return windowBytes > maxBytes || shared.isPressed();
    }

    long queuedBytes() {
        return queuedBytes;
    }

    long windowBytes() {
        return windowBytes;
    }
}
