// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.limits.TokenBucket;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Decides what discovery says and whom it reports. Times are in nanoseconds of a monotonic clock.
 *
 * <pre>{@code
 *   query   PTR  _p2p._udp.local
 *   answer  PTR  _p2p._udp.local -> INSTANCE._p2p._udp.local
 *           TXT  INSTANCE._p2p._udp.local  "dnsaddr=/ip4/192.168.1.5/tcp/4001/p2p/12D3KooW…" …
 * }</pre>
 *
 * <p>Belongs to one thread.
 */
final class MdnsMachine {
    /** The length of the random instance name; the specification asks for 32 or more. */
    static final int INSTANCE_CHARACTERS = 32;

    /** How many messages are looked at, at once and a second; more are dropped unread. */
    static final int MESSAGE_BURST = 1_000;

    static final int MESSAGES_PER_SECOND = 500;

    private static final String ALPHANUMERICS = "abcdefghijklmnopqrstuvwxyz0123456789";

    /** What to do. */
    sealed interface Action {
        /** Send to the group on a link. */
        record Send(Link link, byte[] message) implements Action {}

        /** Report a node. */
        record Found(PeerId peer, List<Multiaddr> addresses) implements Action {}
    }

    private static final class Place {
        private final Link link;
        private final LinkSchedule schedule;
        private Optional<DnsMessage> announcement = Optional.empty();

        Place(Link link, LinkSchedule schedule) {
            this.link = link;
            this.schedule = schedule;
        }
    }

    private final PeerId self;
    private final DnsName service;
    private final String instance;
    private final RandomGenerator random;
    private final FoundPeers found;
    private final TokenBucket messages;
    private Map<Link, Place> places = new LinkedHashMap<>();

    MdnsMachine(PeerId self, DnsName service, RandomGenerator random, long now) {
        this.self = self;
        this.service = service;
        this.random = random;
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < INSTANCE_CHARACTERS; i++) {
            name.append(ALPHANUMERICS.charAt(random.nextInt(ALPHANUMERICS.length())));
        }
        instance = name.toString();
        found = new FoundPeers(now);
        messages = new TokenBucket(MESSAGE_BURST, MESSAGES_PER_SECOND, now);
    }

    /** Tells which links there are now, and where this node listens. */
    void links(List<Link> links, List<Multiaddr> own, long now) {
        Map<Link, Place> next = new LinkedHashMap<>();
        for (Link link : links) {
            Place place = places.get(link);
            if (place == null) {
                place = new Place(link, new LinkSchedule(random, now));
            }
            Optional<DnsMessage> announcement = Announcements.of(service, instance, self, own, link);
            if (!place.announcement.equals(announcement)) {
                place.announcement = announcement;
                place.schedule.restart(now);
                place.schedule.answerSoon(now);
            }
            next.put(link, place);
        }
        places = next;
    }

    /** Asks and answers again as at the beginning, on all links: the machine has slept. */
    void restart(long now) {
        places.values().forEach(place -> place.schedule.restart(now));
    }

    /** Time has passed. */
    List<Action> tick(long now) {
        List<Action> actions = new ArrayList<>();
        for (Place place : places.values()) {
            if (place.schedule.takeQuery(now)) {
                actions.add(new Action.Send(place.link, DnsCodec.encode(DnsMessage.query(service))));
            }
            if (place.schedule.takeAnswer(now)) {
                place.announcement.ifPresent(
                        message -> actions.add(new Action.Send(place.link, DnsCodec.encode(message))));
            }
        }
        return actions;
    }

    /** A message came; what is malformed or from elsewhere than a link counts as nothing. */
    List<Action> received(InetAddress from, byte[] bytes, long now) {
        Optional<Place> place =
                places.values().stream().filter(each -> each.link.covers(from)).findFirst();
        if (place.isEmpty() || !messages.take(now)) {
            return List.of();
        }
        DnsMessage message;
        try {
            message = DnsReader.decode(bytes);
        } catch (InvalidBytesException e) {
            return List.of();
        }
        if (message.response()) {
            return responded(message, from, place.get().link, now);
        }
        if (message.questions().contains(service) && !isKnown(message)) {
            place.get().schedule.heardQuery(message.answers().isEmpty(), now);
        }
        return List.of();
    }

    /** Who asks may list what it knows (RFC 6762 §7.1). */
    private boolean isKnown(DnsMessage query) {
        DnsName ours = service.child(instance);
        return query.answers().stream()
                .anyMatch(known -> known instanceof DnsRecord.Ptr ptr
                        && ptr.name().equals(service)
                        && ptr.target().equals(ours)
                        && ptr.ttlSeconds() >= Announcements.TTL_SECONDS / 2);
    }

    private List<Action> responded(DnsMessage message, InetAddress from, Link link, long now) {
        List<Action> actions = new ArrayList<>();
        for (Announcements.Announced announced : Announcements.read(message, service, link)) {
            if (!announced.peer().equals(self)) {
                found.heard(announced, from, now)
                        .ifPresent(addresses -> actions.add(new Action.Found(announced.peer(), addresses)));
            }
        }
        return actions;
    }

    /** What to send at the end. */
    List<Action> goodbye() {
        List<Action> actions = new ArrayList<>();
        for (Place place : places.values()) {
            if (place.announcement.isPresent()) {
                actions.add(new Action.Send(place.link, DnsCodec.encode(Announcements.goodbye(service, instance))));
            }
        }
        return actions;
    }

    /** When {@link #tick} has something to do; empty without links. */
    Optional<Long> next() {
        return places.values().stream()
                .map(place -> place.schedule.next())
                .reduce((one, other) -> one - other <= 0 ? one : other);
    }
}
