// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.gossip.ConnectionStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Stays connected to every known agent.
 *
 * <p>Of two agents the one with the smaller id dials at once; the other waits {@link #COURTESY} and dials if they are
 * not connected by then, since one of them may be unreachable from outside. A failed dial is repeated by
 * {@link Backoff}; one that can never succeed is not.
 */
public final class ConnectToAll implements ConnectionStrategy {
    /** How long the agent with the greater id waits for the other's dial. */
    public static final Duration COURTESY = Duration.ofSeconds(2);

    /** The most connections it asks for; who is connected counts, whoever dialed. */
    public static final int MAX_CONNECTIONS = 256;

    /** The most agents it remembers, and the most of those who turned this node away; more are not dialed. */
    public static final int MAX_AGENTS = 4_096;

    /** The most dials at a time. */
    public static final int MAX_DIALS = 32;

    /** After this time a dial without an outcome counts as failed: another agent answered at the address. */
    public static final Duration DIAL_TIMEOUT = Duration.ofSeconds(60);

    /** How much longer a lost agent may wait, by chance, for each agent beyond {@link #MAX_CONNECTIONS} that is known. */
    static final Duration SPREAD_PER_AGENT = Duration.ofMillis(10);

    /** No wait that is set here is longer; one that seems to be comes from a clock that has stepped back since. */
    private static final Duration LONGEST_WAIT = Backoff.LONGEST.plus(COURTESY);

    private enum State {
        WAITING,
        DIALING,
        CONNECTED
    }

    private static final class Contact {
        private State state = State.WAITING;
        private List<NodeAddress> addresses = List.of();
        private boolean known;
        private int failures;
        private Instant due = Instant.MIN;
    }

    private final Map<AgentId, Contact> contacts = new LinkedHashMap<>();
    private final Set<AgentId> denied = new LinkedHashSet<>();
    private Optional<AgentId> self = Optional.empty();
    private int connections;
    private int dials;

    @Override
    public List<Action> started(AgentId localAgent, Instant now) {
        self = Optional.of(localAgent);
        return List.of();
    }

    @Override
    public List<Action> agentKnown(AgentInfo info, Instant now, RandomGenerator random) {
        AgentId agent = info.agentId();
        Contact contact = contacts.get(agent);
        if (contact == null) {
            if (isSelf(agent) || denied.contains(agent) || contacts.size() >= MAX_AGENTS) {
                return List.of();
            }
            contact = new Contact();
            contact.due = now.plus(courtesy(agent));
            contacts.put(agent, contact);
        }
        contact.known = true;
        boolean moved = !contact.addresses.equals(info.addresses());
        contact.addresses = info.addresses();
        if (moved && contact.failures > 0 && contact.state == State.WAITING) {
            // What failed at the old addresses says nothing about the new ones.
            contact.failures = 0;
            contact.due = now.plus(courtesy(agent));
        }
        return plan(now, random);
    }

    @Override
    public void agentForgotten(AgentId agent) {
        Contact contact = contacts.get(agent);
        if (contact == null) {
            return;
        }
        contact.known = false;
        contact.addresses = List.of();
        if (contact.state == State.WAITING) {
            contacts.remove(agent);
        }
    }

    @Override
    public List<Action> connected(AgentId agent, Instant now) {
        Contact contact = contacts.computeIfAbsent(agent, unknown -> new Contact());
        boolean roomForADial = contact.state == State.DIALING;
        if (roomForADial) {
            dials--;
        }
        if (contact.state != State.CONNECTED) {
            connections++;
        }
        contact.state = State.CONNECTED;
        contact.failures = 0;
        return roomForADial ? List.of(new WakeAt(now)) : List.of();
    }

    @Override
    public List<Action> disconnected(AgentId agent, Instant now, RandomGenerator random) {
        Contact contact = contacts.get(agent);
        if (contact == null || contact.state != State.CONNECTED) {
            return List.of();
        }
        connections--;
        contact.state = State.WAITING;
        contact.due = now.plus(courtesy(agent)).plus(Backoff.after(1, random));
        int crowd = contacts.size() - MAX_CONNECTIONS;
        if (crowd > 0) {
            // When it restarts, all of them have lost it at this moment.
            contact.due = contact.due.plusMillis(random.nextLong(crowd * SPREAD_PER_AGENT.toMillis()));
        }
        if (!contact.known) {
            contacts.remove(agent);
        }
        return plan(now, random);
    }

    @Override
    public List<Action> dialFailed(AgentId agent, boolean retry, Instant now, RandomGenerator random) {
        Contact contact = contacts.get(agent);
        if (!retry) {
            deny(agent);
        }
        if (contact == null || contact.state != State.DIALING) {
            return List.of();
        }
        failed(contact, now, random);
        if (!retry || !contact.known) {
            contacts.remove(agent);
        }
        return plan(now, random);
    }

    @Override
    public List<Action> woken(Instant now, RandomGenerator random) {
        return plan(now, random);
    }

    @Override
    public List<Action> networkChanged(Instant now, RandomGenerator random) {
        for (Map.Entry<AgentId, Contact> entry : contacts.entrySet()) {
            Contact contact = entry.getValue();
            contact.failures = 0;
            Instant soon = now.plus(courtesy(entry.getKey())).plus(Backoff.soon(random));
            if (contact.state == State.WAITING && contact.due.isAfter(soon)) {
                contact.due = soon;
            }
        }
        return plan(now, random);
    }

    private List<Action> plan(Instant now, RandomGenerator random) {
        List<Action> actions = new ArrayList<>();
        Optional<Instant> next = Optional.empty();
        Instant latest = now.plus(LONGEST_WAIT);
        for (Iterator<Map.Entry<AgentId, Contact>> all = contacts.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<AgentId, Contact> entry = all.next();
            Contact contact = entry.getValue();
            if (contact.due.isAfter(latest)) {
                contact.due = latest;
            }
            if (contact.state == State.DIALING && !contact.due.isAfter(now)) {
                failed(contact, now, random);
                if (!contact.known) {
                    all.remove();
                    continue;
                }
            }
            if (contact.state == State.CONNECTED || contact.addresses.isEmpty()) {
                continue;
            }
            if (contact.state == State.WAITING && !contact.due.isAfter(now)) {
                if (connections + dials >= MAX_CONNECTIONS || dials >= MAX_DIALS) {
                    continue; // The end of a dial or a connection makes room and plans anew.
                }
                dials++;
                contact.state = State.DIALING;
                contact.due = now.plus(DIAL_TIMEOUT);
                actions.add(new Dial(entry.getKey()));
            }
            Instant due = contact.due;
            next = next.filter(earliest -> !due.isBefore(earliest)).or(() -> Optional.of(due));
        }
        next.ifPresent(time -> actions.add(new WakeAt(time)));
        return actions;
    }

    private void failed(Contact contact, Instant now, RandomGenerator random) {
        dials--;
        contact.failures++;
        contact.state = State.WAITING;
        contact.due = now.plus(Backoff.after(contact.failures, random));
    }

    private void deny(AgentId agent) {
        if (denied.size() < MAX_AGENTS) {
            denied.add(agent);
        }
    }

    private Duration courtesy(AgentId agent) {
        return self.isPresent() && self.get().compareTo(agent) < 0 ? Duration.ZERO : COURTESY;
    }

    private boolean isSelf(AgentId agent) {
        return self.isPresent() && self.get().equals(agent);
    }
}
