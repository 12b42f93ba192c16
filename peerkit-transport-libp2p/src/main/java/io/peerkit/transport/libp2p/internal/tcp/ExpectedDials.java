// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tcp;

import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whose dials from both sides are under way. Where this side's router lets the peer in already, the peer's first packet may come
 * before this side has dialed; the listening socket then takes it, and yet this side is to begin the handshake.
 *
 * <p>Safe for use by many threads: guarded by itself.
 */
final class ExpectedDials {
    /** The most addresses that are kept; the oldest goes for another. */
    static final int MAX = 1_024;

    /** Longer than both sides dial. */
    static final Duration LIFE = Duration.ofSeconds(20);

    private record Expected(PeerId peer, long untilNanos) {}

    private final LongSupplier nanoTime;
    private final Map<InetSocketAddress, Expected> expected = new LinkedHashMap<>();

    ExpectedDials(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A peer is about to dial from an address. */
    synchronized void add(InetSocketAddress from, PeerId peer) {
        expected.remove(from);
        if (expected.size() >= MAX) {
            Iterator<InetSocketAddress> oldest = expected.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        expected.put(from, new Expected(peer, nanoTime.getAsLong() + LIFE.toNanos()));
    }

    /** Who is expected from an address; asked once. */
    synchronized Optional<PeerId> take(InetSocketAddress from) {
        Expected found = expected.remove(from);
        return Optional.ofNullable(found)
                .filter(each -> nanoTime.getAsLong() - each.untilNanos() < 0)
                .map(Expected::peer);
    }
}
