// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

/** Which side of the connection a session is; it decides whose stream ids are odd. */
public enum YamuxRole {
    /** Opened the connection: opens streams 1, 3, 5 and so on. */
    DIALER(1),
    /** Was connected to: opens streams 2, 4, 6 and so on. */
    LISTENER(2);

    private final int firstStreamId;

    YamuxRole(int firstStreamId) {
        this.firstStreamId = firstStreamId;
    }

    int firstStreamId() {
        return firstStreamId;
    }

    /** Whether {@code streamId} is one that this side opens. */
    boolean owns(int streamId) {
        return (streamId & 1) == (firstStreamId & 1);
    }
}
