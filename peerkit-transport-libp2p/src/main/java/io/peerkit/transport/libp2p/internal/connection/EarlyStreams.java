// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerkitException;
import java.util.ArrayList;
import java.util.List;

/**
 * The streams that a peer opens before it is let in.
 *
 * <p>Where streams have an order among each other, one too many is proof of a peer that does not keep to the protocol. Where they
 * have none, streams opened right behind a grant may be seen before it: a few wait for it, and more are reset.
 */
final class EarlyStreams {
    /** How many streams a peer may open before it is let in. Identify, push, two pings and access are five. */
    static final int MAX_STREAMS = 16;

    /** How many more are reset, where streams have no order, before the connection is closed. */
    static final int MAX_RESETS = 256;

    private final boolean ordered;
    private final List<Substream> waiting = new ArrayList<>();
    private int opened;

    /** Begins with none, on a connection whose streams have an order among each other or not. */
    EarlyStreams(boolean ordered) {
        this.ordered = ordered;
    }

    /**
     * Counts one more.
     *
     * @return whether there is room for it; reset it when not
     * @throws InvalidBytesException when there are so many that the connection is to be closed
     */
    boolean opened() {
        int limit = ordered ? MAX_STREAMS : MAX_STREAMS + MAX_RESETS;
        if (++opened > limit) {
            throw new InvalidBytesException(opened + " streams before access was granted, at most " + limit);
        }
        return opened <= MAX_STREAMS;
    }

    /** Whether a stream may wait for a verdict, rather than being proof that its peer misbehaves. */
    boolean mayWait() {
        return !ordered;
    }

    /** Keeps a stream whose protocol needs access; one of those that {@link #opened} found room for. */
    void await(Substream stream) {
        waiting.add(stream);
    }

    /** The peer was let in: what waits is judged again. */
    void granted() {
        take().forEach(Substream::readable);
    }

    /** The peer was turned away: what waits is reset. */
    void refused(PeerkitException why) {
        take().forEach(stream -> stream.fail(why));
    }

    private List<Substream> take() {
        List<Substream> taken = List.copyOf(waiting);
        waiting.clear();
        return taken;
    }
}
