// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.gossip.ConnectionStrategy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Thousands of connection strategies in virtual time, with connections and messages between them and nothing else: no
 * signatures, no storage, no streams. One seed, one run.
 */
class OverlayWorld {
    /** A dial and the handshakes behind it take so many times the distance. */
    private static final int DIAL_TRIPS = 6;

    /** How long a dial to a dead node takes, and how long it takes to see that a node died, at most. */
    private static final long DEAD_MILLIS = 3_000;

    private static final Instant EPOCH = Instant.ofEpochSecond(1_750_000_000);

    /** A node that runs. */
    class Member {
        final int number;
        final AgentId id;
        final AgentInfo card;
        final ConnectionStrategy strategy;
        final Set<Member> peers = new LinkedHashSet<>();
        boolean alive = true;
        long told;
        private long alarm = Long.MAX_VALUE;

        private Member(int number, ConnectionStrategy strategy) {
            this.number = number;
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            this.id = AgentId.of(bytes);
            this.card = new AgentInfo(
                    id, List.of(new NodeAddress("/test/" + number)), EPOCH, EPOCH.plusSeconds(1_000_000), new byte[1]);
            this.strategy = strategy;
        }

        BoundedViews views() {
            return (BoundedViews) strategy;
        }

        int neighbours() {
            return views().neighbours().size();
        }

        @Override
        public String toString() {
            return number + " with " + peers.size() + " connections";
        }
    }

    private record Event(long at, long order, Runnable task) {}

    final SplittableRandom random;
    final List<Member> members = new ArrayList<>();
    private final Map<AgentId, Member> byId = new HashMap<>();
    private final Supplier<ConnectionStrategy> strategies;
    private final int minDistance;
    private final int maxDistance;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
    private long order;
    private long millis;

    OverlayWorld(long seed, int minDistance, int maxDistance, Supplier<ConnectionStrategy> strategies) {
        this.random = new SplittableRandom(seed);
        this.minDistance = minDistance;
        this.maxDistance = maxDistance;
        this.strategies = strategies;
    }

    long millis() {
        return millis;
    }

    Instant now() {
        return EPOCH.plusMillis(millis);
    }

    void after(long wait, Runnable task) {
        events.add(new Event(millis + wait, order++, task));
    }

    void run(long duration) {
        long end = millis + duration;
        while (!events.isEmpty() && events.element().at() <= end) {
            Event event = events.remove();
            millis = event.at();
            event.task().run();
        }
        millis = end;
    }

    /** The one-way distance of two nodes in milliseconds, the same in both directions and for ever. */
    long distance(Member one, Member other) {
        long low = Math.min(one.number, other.number);
        long high = Math.max(one.number, other.number);
        long mixed = (low * 0x9E3779B97F4A7C15L + high) * 0xBF58476D1CE4E5B9L;
        return minDistance + Long.remainderUnsigned(mixed >>> 17, maxDistance - minDistance + 1L);
    }

    Member join(Member contact) {
        Member member = add();
        dial(member, contact);
        return member;
    }

    Member add() {
        Member member = new Member(members.size(), strategies.get());
        members.add(member);
        byId.put(member.id, member);
        perform(member, member.strategy.started(member.id, now()));
        return member;
    }

    /** All that live, a copy. */
    List<Member> living() {
        List<Member> living = new ArrayList<>();
        for (Member member : members) {
            if (member.alive) {
                living.add(member);
            }
        }
        return living;
    }

    void die(Member member) {
        member.alive = false;
        for (Member peer : List.copyOf(member.peers)) {
            member.peers.remove(peer);
            after(1 + random.nextLong(DEAD_MILLIS), () -> cut(peer, member));
        }
    }

    private void cut(Member at, Member from) {
        if (at.peers.remove(from) && at.alive) {
            unlinked(at, from);
            perform(at, at.strategy.disconnected(from.id, now(), random));
        }
    }

    /** A member learns a card beside what strategies tell. */
    final void learn(Member at, Member of) {
        if (at.alive && at != of) {
            perform(at, at.strategy.agentKnown(of.card, now(), random));
        }
    }

    /** Two nodes are connected now; seen at one of them. */
    void linked(Member at, Member to) {}

    /** Two nodes are not connected any more; seen at one of them. */
    void unlinked(Member at, Member from) {}

    void dial(Member from, Member to) {
        if (!to.alive || to == from) {
            after(DEAD_MILLIS, () -> {
                if (from.alive) {
                    perform(from, from.strategy.dialFailed(to.id, true, now(), random));
                }
            });
            return;
        }
        after(DIAL_TRIPS * distance(from, to), () -> {
            if (!from.alive || from.peers.contains(to)) {
                return;
            }
            if (!to.alive) {
                perform(from, from.strategy.dialFailed(to.id, true, now(), random));
                return;
            }
            from.peers.add(to);
            to.peers.add(from);
            linked(to, from);
            perform(to, to.strategy.connected(from.id, now()));
            linked(from, to);
            perform(from, from.strategy.connected(to.id, now()));
        });
    }

    private void perform(Member at, List<ConnectionStrategy.Action> actions) {
        for (ConnectionStrategy.Action action : actions) {
            if (action instanceof ConnectionStrategy.Dial dial) {
                dial(at, member(dial.agent()));
            } else if (action instanceof ConnectionStrategy.Disconnect disconnect) {
                Member other = member(disconnect.agent());
                after(0, () -> cut(at, other));
                after(distance(at, other), () -> cut(other, at));
            } else if (action instanceof ConnectionStrategy.WakeAt wake) {
                wake(at, Math.max(millis, wake.time().toEpochMilli() - EPOCH.toEpochMilli()));
            } else if (action instanceof ConnectionStrategy.Tell tell) {
                tell(at, member(tell.to()), tell);
            }
        }
    }

    private void wake(Member at, long due) {
        if (due < at.alarm) {
            at.alarm = due;
            after(due - millis, () -> {
                if (at.alive && at.alarm == due) {
                    at.alarm = Long.MAX_VALUE;
                    perform(at, at.strategy.woken(now(), random));
                }
            });
        }
    }

    private void tell(Member from, Member to, ConnectionStrategy.Tell tell) {
        from.told++;
        List<AgentInfo> cards = new ArrayList<>();
        tell.cards().forEach(agent -> cards.add(member(agent).card));
        after(distance(from, to), () -> {
            if (to.alive && to.peers.contains(from)) {
                perform(to, to.strategy.told(from.id, tell.message(), cards, now(), random));
            }
        });
    }

    Member member(AgentId id) {
        return Objects.requireNonNull(byId.get(id));
    }

    /** The size of the largest part of the network in which everybody can reach everybody over connections. */
    int largestPart() {
        Set<Member> seen = new LinkedHashSet<>();
        int largest = 0;
        for (Member start : living()) {
            if (seen.add(start)) {
                List<Member> part = new ArrayList<>(List.of(start));
                for (int i = 0; i < part.size(); i++) {
                    for (Member peer : part.get(i).peers) {
                        if (peer.alive && seen.add(peer)) {
                            part.add(peer);
                        }
                    }
                }
                largest = Math.max(largest, part.size());
            }
        }
        return largest;
    }
}
