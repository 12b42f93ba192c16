// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.reach;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.multiformats.PublicAddresses;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What peers say where this node is, seen from them. One of them may lie: its word is good for trying, as when both sides
 * dial. It is told to others only when peers in enough different networks say the same.
 *
 * <p>A state machine without clock; not safe for use by many threads.
 */
public final class ObservedAddresses {
    /** In how many networks an address must be seen to be told to others, as go-libp2p has it. */
    public static final int QUORUM = 4;

    /** The most addresses that are kept; those seen longest ago go first. */
    static final int MAX_ADDRESSES = 32;

    /** The most observers that are kept for an address. */
    static final int MAX_OBSERVERS = 32;

    /** How long an observation counts after the peer is gone. */
    static final Duration LIFE = Duration.ofMinutes(40);

    private static final int IP4_NETWORK_BYTES = 3;
    private static final int IP6_NETWORK_BYTES = 6;

    private final int quorum;
    private final Map<Multiaddr, Seen> addresses = new LinkedHashMap<>();

    /**
     * Starts with none.
     *
     * @param quorum in how many networks an address must be seen
     */
    public ObservedAddresses(int quorum) {
        this.quorum = quorum;
    }

    private static final class Seen {
        private final Map<PeerId, Observation> observers = new HashMap<>();
        private Instant latest = Instant.MIN;
    }

    private record Observation(String network, Instant until) {}

    /**
     * A peer has said where it sees this node.
     *
     * @param observer who
     * @param from where it is itself
     * @param address where it sees this node; passed over unless it is public
     * @param now the time
     */
    public void observed(PeerId observer, InetAddress from, Multiaddr address, Instant now) {
        if (!PublicAddresses.isPublic(address) || address.ip().isEmpty()) {
            return;
        }
        expire(now);
        // A peer sees this node in one place for each kind of address.
        addresses.forEach((other, seen) -> {
            if (!other.equals(address) && isSameKind(other, address)) {
                seen.observers.remove(observer);
            }
        });
        addresses.values().removeIf(seen -> seen.observers.isEmpty());
        Seen seen = addresses.computeIfAbsent(address, unused -> new Seen());
        if (seen.observers.size() < MAX_OBSERVERS || seen.observers.containsKey(observer)) {
            seen.observers.put(observer, new Observation(network(from), Instant.MAX));
        }
        seen.latest = now;
        if (addresses.size() > MAX_ADDRESSES) {
            addresses.entrySet().stream()
                    .filter(each -> !each.getKey().equals(address))
                    .min(Comparator.comparing(each -> each.getValue().latest))
                    .ifPresent(oldest -> addresses.remove(oldest.getKey()));
        }
    }

    /**
     * A peer is gone; what it said counts for a while.
     *
     * @param observer who
     * @param now the time
     */
    public void gone(PeerId observer, Instant now) {
        addresses
                .values()
                .forEach(seen -> seen.observers.computeIfPresent(
                        observer, (peer, said) -> new Observation(said.network(), now.plus(LIFE))));
    }

    private static boolean isSameKind(Multiaddr one, Multiaddr other) {
        return kinds(one).equals(kinds(other));
    }

    private static List<Object> kinds(Multiaddr address) {
        return address.components().stream()
                .<Object>map(Multiaddr.Component::protocol)
                .toList();
    }

    /** Peers of one network may be one person. */
    private static String network(InetAddress ip) {
        byte[] bytes = ip.getAddress();
        int length = bytes.length == Integer.BYTES ? IP4_NETWORK_BYTES : IP6_NETWORK_BYTES;
        return HexFormat.of().formatHex(Arrays.copyOf(bytes, length));
    }

    private void expire(Instant now) {
        addresses.values().removeIf(seen -> {
            seen.observers.values().removeIf(each -> each.until().isBefore(now));
            return seen.observers.isEmpty();
        });
    }

    /**
     * Where somebody has seen this node, those first that most have.
     *
     * @param now the time
     * @return candidates, good for trying
     */
    public List<Multiaddr> seen(Instant now) {
        expire(now);
        List<Map.Entry<Multiaddr, Seen>> all = new ArrayList<>(addresses.entrySet());
        all.sort(Comparator.comparingInt(each -> -networks(each.getValue())));
        return all.stream().map(Map.Entry::getKey).toList();
    }

    /**
     * Where peers in enough networks have seen this node.
     *
     * @param now the time
     * @return a part of {@link #seen}
     */
    public List<Multiaddr> agreed(Instant now) {
        return seen(now).stream()
                .filter(address -> Optional.ofNullable(addresses.get(address))
                        .filter(seen -> networks(seen) >= quorum)
                        .isPresent())
                .toList();
    }

    private static int networks(Seen seen) {
        return (int) seen.observers.values().stream()
                .map(Observation::network)
                .distinct()
                .count();
    }
}
