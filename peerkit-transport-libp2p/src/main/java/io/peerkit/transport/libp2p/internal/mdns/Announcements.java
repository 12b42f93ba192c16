// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a node says of itself on a link: a PTR record to a name made for this run, and its addresses in a TXT record of that name. */
final class Announcements {
    /** The most addresses that are announced, or taken from one announcement. */
    static final int MAX_ADDRESSES = 8;

    /** The most instances that are taken from one message. */
    static final int MAX_INSTANCES = 32;

    /** How long an announcement holds. */
    static final int TTL_SECONDS = 120;

    private static final String ATTRIBUTE = "dnsaddr=";

    /** The first byte of unique local addresses, without its last bit (RFC 4193). */
    private static final int UNIQUE_LOCAL = 0xfc;

    /** A node that somebody says is there. */
    record Announced(PeerId peer, List<Multiaddr> addresses, long ttlSeconds) {}

    private Announcements() {}

    /** What this node says on a link; empty when it cannot be reached there. */
    static Optional<DnsMessage> of(DnsName service, String instance, PeerId self, List<Multiaddr> own, Link link) {
        List<String> strings = own.stream()
                .filter(address -> address.ip().filter(link::has).isPresent() && isLocal(address, link))
                .map(address -> ATTRIBUTE + address.withPeerId(self))
                .filter(string -> string.length() <= DnsCodec.MAX_STRING_BYTES)
                .distinct()
                .limit(MAX_ADDRESSES)
                .toList();
        return strings.isEmpty() ? Optional.empty() : Optional.of(message(service, instance, TTL_SECONDS, strings));
    }

    /** Takes back what was said. */
    static DnsMessage goodbye(DnsName service, String instance) {
        return new DnsMessage(
                true, List.of(), List.of(new DnsRecord.Ptr(service, 0, service.child(instance))), List.of());
    }

    private static DnsMessage message(DnsName service, String instance, int ttl, List<String> strings) {
        DnsName name = service.child(instance);
        return new DnsMessage(
                true,
                List.of(),
                List.of(new DnsRecord.Ptr(service, ttl, name)),
                List.of(new DnsRecord.Txt(name, ttl, strings)));
    }

    /** Reads who is announced; what is malformed, or leads elsewhere than to the link, is left out. */
    static List<Announced> read(DnsMessage message, DnsName service, Link link) {
        List<DnsRecord> records = Stream.concat(message.answers().stream(), message.additionals().stream())
                .toList();
        Set<DnsName> instances = new LinkedHashSet<>();
        for (DnsRecord record : records) {
            if (record instanceof DnsRecord.Ptr ptr
                    && ptr.name().equals(service)
                    && ptr.ttlSeconds() > 0
                    && ptr.target().isChildOf(service)
                    && instances.size() < MAX_INSTANCES) {
                instances.add(ptr.target());
            }
        }
        List<Announced> announced = new ArrayList<>();
        for (DnsName instance : instances) {
            announced(instance, records, link).ifPresent(announced::add);
        }
        return announced;
    }

    private static Optional<Announced> announced(DnsName instance, List<DnsRecord> records, Link link) {
        Set<Multiaddr> addresses = new LinkedHashSet<>();
        long ttl = TTL_SECONDS;
        int looked = 0;
        for (DnsRecord record : records) {
            if (record instanceof DnsRecord.Txt txt && txt.name().equals(instance)) {
                ttl = Math.min(ttl, txt.ttlSeconds());
                for (String string : txt.strings()) {
                    if (string.startsWith(ATTRIBUTE) && looked++ < 2 * MAX_ADDRESSES) {
                        parse(string.substring(ATTRIBUTE.length()))
                                .filter(address -> isLocal(address, link))
                                .ifPresent(addresses::add);
                    }
                }
            }
        }
        Optional<PeerId> peer = addresses.stream().findFirst().flatMap(Multiaddr::peerId);
        long holds = ttl;
        return peer.map(id -> new Announced(
                id,
                addresses.stream()
                        .filter(address -> address.peerId().equals(peer))
                        .limit(MAX_ADDRESSES)
                        .toList(),
                holds));
    }

    private static Optional<Multiaddr> parse(String text) {
        try {
            return Optional.of(Multiaddr.parse(text))
                    .filter(address -> address.peerId().isPresent());
        } catch (InvalidBytesException e) {
            return Optional.empty();
        }
    }

    /** Whether an address is one of the private ranges, so that nobody can be made to dial the wide Internet by a message on the link. */
    private static boolean isLocal(Multiaddr address, Link link) {
        if (address.isRelayed() || address.ip().isEmpty()) {
            return false;
        }
        InetAddress ip = address.ip().get();
        if (ip.isLoopbackAddress()) {
            return link.loopback();
        }
        if (ip instanceof Inet6Address) {
            // One of the link's own needs the name of an interface, which is another on each machine.
            return (ip.getAddress()[0] & 0xfe) == UNIQUE_LOCAL;
        }
        return ip.isSiteLocalAddress() || ip.isLinkLocalAddress();
    }
}
