// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.swarm;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Counts connections against their limits. Safe for use by many threads: guarded by itself. */
final class ConnectionSlots {
    private final int max;
    private final int maxPerAddress;
    private final int maxPending;
    private final Map<InetAddress, Integer> accepted = new HashMap<>();
    private int all;
    private int pending;

    ConnectionSlots(SwarmSettings settings) {
        max = settings.maxConnections();
        maxPerAddress = settings.maxConnectionsPerAddress();
        maxPending = settings.maxPendingHandshakes();
    }

    /** A slot for a connection that we open, or none. */
    synchronized Optional<Slot> dialed() {
        if (all >= max) {
            return Optional.empty();
        }
        all++;
        return Optional.of(new Slot(Optional.empty(), false));
    }

    /** A slot for a connection from an address, where it has one of its own, or none. */
    synchronized Optional<Slot> accepted(Optional<InetAddress> from) {
        int ofAddress = from.map(address -> accepted.getOrDefault(address, 0)).orElse(0);
        if (all >= max || pending >= maxPending || ofAddress >= maxPerAddress) {
            return Optional.empty();
        }
        all++;
        pending++;
        from.ifPresent(address -> accepted.put(address, ofAddress + 1));
        return Optional.of(new Slot(from, true));
    }

    /** One connection's place in the counts. */
    final class Slot {
        private final Optional<InetAddress> from;
        private boolean settled;
        private boolean released;

        private Slot(Optional<InetAddress> from, boolean pending) {
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
                    from.ifPresent(address -> accepted.computeIfPresent(address, (key, n) -> n == 1 ? null : n - 1));
                }
            }
        }
    }
}
