// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import java.util.ArrayList;
import java.util.List;

/** What serves one protocol on one connection, and how many of the streams it was given are still there. */
final class ServedProtocol {
    /** With fewer streams than these it is not worth looking which have ended. */
    private static final int FEW = 8;

    private final InboundProtocol protocol;
    private final int maxStreams;
    private final List<Substream> streams = new ArrayList<>();
    private int look = FEW;

    ServedProtocol(InboundProtocol protocol, int maxStreams) {
        this.protocol = protocol;
        this.maxStreams = maxStreams;
    }

    /** Whether there is room for one more stream. */
    boolean hasRoom() {
        if (streams.size() >= Math.min(look, maxStreams)) {
            streams.removeIf(Substream::isOver);
            look = Math.max(FEW, 2 * streams.size());
        }
        return streams.size() < maxStreams;
    }

    void accept(Substream stream) {
        streams.add(stream);
        protocol.accept(stream);
    }
}
