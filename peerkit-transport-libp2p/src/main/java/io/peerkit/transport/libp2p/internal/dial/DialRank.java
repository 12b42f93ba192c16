// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dial;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.MultiaddrProtocol;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * When each address of a node is to be dialed if none before it decides the matter.
 *
 * <p>Private and public addresses have their turns side by side, so that neither waits for the other: a node on the same network is
 * reached at once, and an unreachable private address of a node elsewhere costs nothing. Within each, QUIC goes before TCP and TCP before
 * WebSocket, and IPv6 alternates with IPv4. Relayed addresses begin
 * half a second after direct ones.
 */
final class DialRank {
    /** How long a public address has the road to itself. */
    static final Duration PUBLIC_STEP = Duration.ofMillis(250);

    /** How long a private address has: round trips on the same network take less than this. */
    static final Duration PRIVATE_STEP = Duration.ofMillis(30);

    /** How much later than direct addresses relayed ones start. */
    static final Duration RELAYED_LATER = Duration.ofMillis(500);

    private static final int LAST_CARRIER = 2;

    private static final int IP6_UNIQUE_LOCAL_MASK = 0xfe;
    private static final int IP6_UNIQUE_LOCAL = 0xfc;

    /** An address and how long after the start of everything its time comes. */
    record Ranked(Multiaddr address, Duration delay) {}

    private DialRank() {}

    /** All addresses in the order of their times. */
    static List<Ranked> rank(List<Multiaddr> addresses) {
        List<Ranked> ranked = new ArrayList<>();
        List<Multiaddr> direct =
                addresses.stream().filter(address -> !address.isRelayed()).toList();
        List<Multiaddr> relayed =
                addresses.stream().filter(Multiaddr::isRelayed).toList();
        spread(ranked, direct.stream().filter(DialRank::isPrivate).toList(), Duration.ZERO, PRIVATE_STEP);
        spread(ranked, direct.stream().filter(each -> !isPrivate(each)).toList(), Duration.ZERO, PUBLIC_STEP);
        spread(ranked, relayed, direct.isEmpty() ? Duration.ZERO : RELAYED_LATER, PUBLIC_STEP);
        ranked.sort(Comparator.comparing(Ranked::delay));
        return ranked;
    }

    private static void spread(List<Ranked> ranked, List<Multiaddr> group, Duration first, Duration step) {
        Duration delay = first;
        for (int carrier = 0; carrier <= LAST_CARRIER; carrier++) {
            int wanted = carrier;
            List<Multiaddr> ofCarrier =
                    group.stream().filter(each -> carrier(each) == wanted).toList();
            for (Multiaddr address : familiesInTurn(ofCarrier)) {
                ranked.add(new Ranked(address, delay));
                delay = delay.plus(step);
            }
        }
    }

    private static int carrier(Multiaddr address) {
        boolean udp = has(address, MultiaddrProtocol.UDP);
        boolean web = has(address, MultiaddrProtocol.WS) || has(address, MultiaddrProtocol.WSS);
        return udp ? 0 : web ? LAST_CARRIER : 1;
    }

    private static boolean has(Multiaddr address, MultiaddrProtocol protocol) {
        return address.components().stream().anyMatch(each -> each.protocol() == protocol);
    }

    /** The family of the first address begins. */
    private static List<Multiaddr> familiesInTurn(List<Multiaddr> addresses) {
        if (addresses.isEmpty()) {
            return addresses;
        }
        boolean firstIsIp6 = isIp6(addresses.get(0));
        Deque<Multiaddr> one = new ArrayDeque<>();
        Deque<Multiaddr> other = new ArrayDeque<>();
        addresses.forEach(each -> (isIp6(each) == firstIsIp6 ? one : other).add(each));
        List<Multiaddr> mixed = new ArrayList<>();
        while (!one.isEmpty() || !other.isEmpty()) {
            for (Deque<Multiaddr> family : List.of(one, other)) {
                Multiaddr next = family.pollFirst();
                if (next != null) {
                    mixed.add(next);
                }
            }
        }
        return mixed;
    }

    private static boolean isIp6(Multiaddr address) {
        MultiaddrProtocol first = address.components().get(0).protocol();
        return first == MultiaddrProtocol.IP6 || first == MultiaddrProtocol.DNS6;
    }

    private static boolean isPrivate(Multiaddr address) {
        return address.ip().filter(DialRank::isPrivate).isPresent();
    }

    private static boolean isPrivate(InetAddress ip) {
        return ip.isLoopbackAddress()
                || ip.isLinkLocalAddress()
                || ip.isSiteLocalAddress()
                || (ip instanceof Inet6Address && (ip.getAddress()[0] & IP6_UNIQUE_LOCAL_MASK) == IP6_UNIQUE_LOCAL);
    }
}
