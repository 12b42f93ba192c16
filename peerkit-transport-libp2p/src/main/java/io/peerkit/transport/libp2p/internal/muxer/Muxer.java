// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.muxer;

import io.peerkit.api.ClosedException;
import io.peerkit.api.LimitExceededException;
import java.time.Duration;

/** Carries the streams of one connection. Belongs to the event loop of the connection. */
public interface Muxer {
    /** How long a peer may be silent after {@link #probe}. */
    Duration PROBE_TIME = Duration.ofSeconds(5);

    /**
     * Opens a stream. It can be written to at once, without waiting for the peer to accept it.
     *
     * @return the stream
     * @throws LimitExceededException when too many exist or wait for the peer; later may work
     * @throws ClosedException when no more can be opened; only a new connection helps
     */
    MuxedStream open();

    /**
     * Whether what a peer does on different streams arrives in the order in which the peer did it.
     *
     * @return false when a stream may overtake another
     */
    boolean ordersStreams();

    /** The peer was let in: from now on watch whether it lives. */
    void start();

    /**
     * The network changed or the machine has slept: asks the peer for a sign of life now and closes the connection when there is
     * none within {@link #PROBE_TIME}.
     */
    void probe();

    /** Sends what is due at the end of this turn of the event loop. */
    void flushSoon();

    /** Sends what is due as far as the socket takes it. */
    void flush();

    /** Fails all streams, tells the peer as far as that works without waiting, and closes the socket. Called once. */
    void close();
}
