// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.api.transport.Traffic;
import java.util.concurrent.atomic.LongAdder;

/** Counts the bytes of all sockets. Safe for use by many threads. */
public final class TrafficCounter {
    private final LongAdder in = new LongAdder();
    private final LongAdder out = new LongAdder();

    /**
     * Counts.
     *
     * @param bytes that came
     */
    public void received(int bytes) {
        in.add(bytes);
    }

    /**
     * Counts.
     *
     * @param bytes that left
     */
    public void sent(int bytes) {
        out.add(bytes);
    }

    /**
     * The sums so far.
     *
     * @return a moment's figures
     */
    public Traffic traffic() {
        return new Traffic(in.sum(), out.sum());
    }
}
