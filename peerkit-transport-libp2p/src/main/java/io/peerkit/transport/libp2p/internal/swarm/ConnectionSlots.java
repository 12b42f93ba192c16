// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.swarm;

import io.peerkit.transport.libp2p.internal.limits.AddressBlock;
import io.peerkit.transport.libp2p.internal.limits.RateLimits;
import io.peerkit.transport.libp2p.internal.limits.TokenBucket;
import io.peerkit.transport.libp2p.internal.limits.TokenBuckets;
import io.peerkit.transport.libp2p.internal.metrics.Metrics;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Counts connections against their limits. Safe for use by many threads: guarded by itself. */
final class ConnectionSlots {
    private final int max;
    private final int maxPerAddress;
    private final int maxPending;
    private final Metrics metrics;
    private final LongSupplier clock;
    private final BooleanSupplier memoryIsShort;
    private final Map<AddressBlock, Integer> accepted = new HashMap<>();
    private final TokenBuckets<AddressBlock> accepts;
    private final TokenBucket dials;
    private final TokenBuckets<Object> hostDials;
    private int all;
    private int pending;

    /**
     * @param clock in nanoseconds
     * @param memoryIsShort whether no more connections should be taken for want of memory
     */
    ConnectionSlots(SwarmSettings settings, Metrics metrics, LongSupplier clock, BooleanSupplier memoryIsShort) {
        max = settings.maxConnections();
        maxPerAddress = settings.maxConnectionsPerAddress();
        maxPending = settings.maxPendingHandshakes();
        this.metrics = metrics;
        this.clock = clock;
        this.memoryIsShort = memoryIsShort;
        RateLimits rates = settings.rates();
        long now = clock.getAsLong();
        accepts = new TokenBuckets<>(rates.acceptBurst(), rates.acceptsPerSecond(), now);
        dials = new TokenBucket(rates.dialBurst(), rates.dialsPerSecond(), now);
        hostDials = new TokenBuckets<>(rates.hostDialBurst(), rates.hostDialsPerSecond(), now);
        metrics.gauge("connections.open", this::open);
        metrics.gauge("connections.pending", this::pending);
    }

    private synchronized long open() {
        return all;
    }

    private synchronized long pending() {
        return pending;
    }

    /** A slot for a connection that we open to an address, or none. */
    synchronized Optional<Slot> dialed(Multiaddr address) {
        if (all >= max) {
            return refused("dials.refused.total");
        }
        if (!mayDial(address)) {
            return refused("dials.refused.rate");
        }
        all++;
        return Optional.of(new Slot(Optional.empty(), false));
    }

    private boolean mayDial(Multiaddr address) {
        Optional<InetAddress> ip = address.ip();
        if (ip.filter(InetAddress::isLoopbackAddress).isPresent()) {
            return true;
        }
        long now = clock.getAsLong();
        Optional<Object> host = ip.<Object>map(AddressBlock::of).or(address::host);
        boolean hostMay = address.isRelayed()
                || host.map(each -> hostDials.take(each, now)).orElse(true);
        return hostMay && dials.take(now);
    }

    /** A slot for a connection from an address, where it has one of its own, or none. */
    synchronized Optional<Slot> accepted(Optional<InetAddress> from) {
        Optional<AddressBlock> block = from.map(AddressBlock::of);
        int ofBlock = block.map(each -> accepted.getOrDefault(each, 0)).orElse(0);
        if (all >= max) {
            return refused("connections.refused.total");
        }
        if (pending >= maxPending) {
            return refused("connections.refused.pending");
        }
        if (ofBlock >= maxPerAddress) {
            return refused("connections.refused.address");
        }
        if (from.isPresent() && !from.get().isLoopbackAddress() && !accepts.take(block.get(), clock.getAsLong())) {
            return refused("connections.refused.rate");
        }
        if (memoryIsShort.getAsBoolean()) {
            return refused("connections.refused.memory");
        }
        all++;
        pending++;
        block.ifPresent(each -> accepted.put(each, ofBlock + 1));
        metrics.counter("connections.accepted").increment();
        return Optional.of(new Slot(block, true));
    }

    private Optional<Slot> refused(String counter) {
        metrics.counter(counter).increment();
        return Optional.empty();
    }

    /** One connection's place in the counts. */
    final class Slot {
        private final Optional<AddressBlock> from;
        private boolean settled;
        private boolean released;

        private Slot(Optional<AddressBlock> from, boolean pending) {
            this.from = from;
            settled = !pending;
        }

        /** The connection was let in or turned away. */
        void settle() {
            synchronized (ConnectionSlots.this) {
                if (!settled) {
                    settled = true;
                    pending--;
                }
            }
        }

        /** The connection is closed. */
        void release() {
            synchronized (ConnectionSlots.this) {
                settle();
                if (!released) {
                    released = true;
                    all--;
                    from.ifPresent(block -> accepted.computeIfPresent(block, (key, n) -> n == 1 ? null : n - 1));
                }
            }
        }
    }
}
