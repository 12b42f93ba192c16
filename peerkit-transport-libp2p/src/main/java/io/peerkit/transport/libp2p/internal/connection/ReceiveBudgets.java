// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.transport.libp2p.internal.metrics.Metrics;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.yamux.SharedBudget;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What may wait to be read on all connections of a transport, and on all connections of one peer. Safe for use by many
 * threads.
 */
public final class ReceiveBudgets {
    /** What may wait on all connections together unless the JVM is small, in bytes. */
    public static final long MAX_DEFAULT_BYTES = 268_435_456;

    /** What may wait on all connections together however small the JVM is, in bytes. */
    public static final long MIN_DEFAULT_BYTES = 33_554_432;

    /** What may wait on all connections of one peer unless set, in bytes. */
    public static final long DEFAULT_PEER_BYTES = 50_331_648;

    private static final int DEFAULT_SHARE = 4;

    private static final class OfPeer {
        final SharedBudget budget;
        int connections;

        OfPeer(SharedBudget budget) {
            this.budget = budget;
        }
    }

    private final SharedBudget all;
    private final long peerBytes;
    private final LongAdder resets;
    private final Map<PeerId, OfPeer> peers = new HashMap<>();

    /**
     * Budgets that are shown in metrics.
     *
     * @param maxBytes for all peers together
     * @param peerBytes for one peer
     * @param metrics shows {@code yamux.receive.queued.bytes}, {@code yamux.receive.window.bytes} and
     *     {@code yamux.receive.resets}, the streams that were reset because a limit was passed
     */
    public ReceiveBudgets(long maxBytes, long peerBytes, Metrics metrics) {
        this.all = SharedBudget.of(maxBytes);
        this.peerBytes = peerBytes;
        this.resets = metrics.counter("yamux.receive.resets");
        metrics.gauge("yamux.receive.queued.bytes", all::queuedBytes);
        metrics.gauge("yamux.receive.window.bytes", all::windowBytes);
    }

    /**
     * What all connections together may use unless set.
     *
     * @return a quarter of the largest heap, at least 32 MiB and at most 256 MiB
     */
    public static long defaultBytes() {
        long share = Runtime.getRuntime().maxMemory() / DEFAULT_SHARE;
        return Math.max(MIN_DEFAULT_BYTES, Math.min(share, MAX_DEFAULT_BYTES));
    }

    /** The budget of a peer, for one more connection. */
    synchronized SharedBudget join(PeerId peer) {
        OfPeer found = peers.computeIfAbsent(peer, unused -> new OfPeer(all.within(peerBytes)));
        found.connections++;
        return found.budget;
    }

    /** A connection that joined has ended. */
    synchronized void leave(PeerId peer) {
        OfPeer found = peers.get(peer);
        if (found != null && --found.connections == 0) {
            peers.remove(peer);
        }
    }

    /** A stream was reset because more waited than may. */
    void streamReset() {
        resets.increment();
    }

    /** The peers that have connections. */
    synchronized int peers() {
        return peers.size();
    }
}
