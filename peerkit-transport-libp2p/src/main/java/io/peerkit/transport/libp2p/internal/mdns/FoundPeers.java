// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import io.peerkit.transport.libp2p.internal.limits.TokenBucket;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who was announced lately. Anybody on the link can announce anybody, so the table is bounded, also for each sender, and so
 * is the rate at which it reports; that a peer is who it is said to be is proven when it is dialed. An announcement adds addresses
 * to those that are known, so a false one cannot hide the true.
 */
final class FoundPeers {
    /** The most peers that are remembered; more are ignored until some expire. */
    static final int MAX_PEERS = 256;

    /** The most of them from one address of the link. */
    static final int MAX_PEERS_PER_SENDER = 64;

    /** A peer that is still there is reported again after this time: whoever dials may have given up meanwhile. */
    static final Duration REPORT_AGAIN = Duration.ofSeconds(60);

    /** How many reports may come at once, and how many a second afterwards. */
    static final int REPORT_BURST = 64;

    static final int REPORTS_PER_SECOND = 8;

    private static final class Peer {
        private final InetAddress sender;
        private List<Multiaddr> addresses = List.of();
        private long expires;
        private Optional<Long> reported = Optional.empty();

        Peer(InetAddress sender) {
            this.sender = sender;
        }
    }

    private final Map<PeerId, Peer> peers = new LinkedHashMap<>();
    private final TokenBucket reports;

    FoundPeers(long now) {
        reports = new TokenBucket(REPORT_BURST, REPORTS_PER_SECOND, now);
    }

    /** A peer was announced; gives its addresses when it is to be reported. */
    Optional<List<Multiaddr>> heard(Announcements.Announced announced, InetAddress sender, long now) {
        Peer peer = peers.get(announced.peer());
        if (peer == null || peer.expires - now <= 0) {
            peers.values().removeIf(each -> each.expires - now <= 0);
            if (!isRoom(sender)) {
                return Optional.empty();
            }
            peer = new Peer(sender);
            peers.put(announced.peer(), peer);
        }
        peer.expires = now + Duration.ofSeconds(announced.ttlSeconds()).toNanos();
        Set<Multiaddr> all = new LinkedHashSet<>(announced.addresses());
        boolean newOnes = !peer.addresses.containsAll(all);
        all.addAll(peer.addresses);
        peer.addresses = all.stream().limit(Announcements.MAX_ADDRESSES).toList();
        boolean due = peer.reported
                .filter(time -> !newOnes && now - time < REPORT_AGAIN.toNanos())
                .isEmpty();
        if (!due || !reports.take(now)) {
            return Optional.empty();
        }
        peer.reported = Optional.of(now);
        return Optional.of(peer.addresses);
    }

    private boolean isRoom(InetAddress sender) {
        return peers.size() < MAX_PEERS
                && peers.values().stream()
                                .filter(each -> each.sender.equals(sender))
                                .count()
                        < MAX_PEERS_PER_SENDER;
    }

    int size() {
        return peers.size();
    }
}
