// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

import io.peerkit.api.AgentId;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.gossip.internal.connect.ConnectToAll;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Connected to everybody while the network is small, with bounded views when it is not.
 *
 * <p>How large the network is, each node estimates from what it sees. Connected to everybody it sees the cards of all: more than
 * {@link #GROWN} others, and it goes over to bounded views. With bounded views it sees the agents of both its views, which are all
 * there are when they are fewer than the views have room for: fewer than {@link #SHRUNK} for {@link #SHRUNK_FOR}, and it goes
 * back. Between the two it stays as it is. A newcomer is told by the first node with views that it meets, and need not find out
 * by dialing; later three must say so. Who is told a lie has bounded views for a while, which does no harm.
 *
 * <p>Nodes do not go over at the same moment but within {@link #SPREAD}, and keep their connections then: they part from one
 * neighbour every few seconds until the view has its size.
 */
public final class AdaptiveViews implements ConnectionStrategy {
    /** With more other agents than these a network has bounded views. */
    public static final int GROWN = 48;

    /** With fewer other agents than these it has none. */
    public static final int SHRUNK = 24;

    /** How long a network must have been so small. */
    public static final Duration SHRUNK_FOR = Duration.ofMinutes(5);

    /** Within this time nodes go over. */
    public static final Duration SPREAD = Duration.ofSeconds(30);

    /** So many connected agents are believed when they say that the network is large; a newcomer believes the first. */
    private static final int ENOUGH = 3;

    /** The neighbours of a node with bounded views. */
    public static final int VIEW = 8;

    /** The most cards remembered; enough to know that there are more than {@link #GROWN}. */
    private static final int MAX_CARDS = 4 * GROWN;

    /** For so long an agent that parted is not dialed again. */
    private static final Duration PARTED_FOR = Duration.ofMinutes(5);

    private final Map<AgentId, AgentInfo> cards = new LinkedHashMap<>();
    private final Set<AgentId> connected = new LinkedHashSet<>();
    private final Map<AgentId, Instant> parted = new LinkedHashMap<>();
    private ConnectionStrategy everybody = new ConnectToAll();
    private Optional<BoundedViews> views = Optional.empty();
    private Optional<AgentId> self = Optional.empty();
    private Optional<Instant> changeAt = Optional.empty();
    private final Set<AgentId> sayMany = new LinkedHashSet<>();
    private Optional<Instant> boundedSince = Optional.empty();
    private boolean toldOfMany;

    private ConnectionStrategy current() {
        return views.isPresent() ? views.get() : everybody;
    }

    /** Whether it has bounded views. */
    public boolean isBounded() {
        return views.isPresent();
    }

    /** The bounded views, if it has them. */
    public Optional<BoundedViews> views() {
        return views;
    }

    @Override
    public List<Action> started(AgentId localAgent, Instant now) {
        self = Optional.of(localAgent);
        return current().started(localAgent, now);
    }

    @Override
    public List<Action> agentKnown(AgentInfo info, Instant now, RandomGenerator random) {
        remember(info);
        return decided(current().agentKnown(info, now, random), now, random);
    }

    private void remember(AgentInfo info) {
        if (!self.equals(Optional.of(info.agentId()))
                && (cards.containsKey(info.agentId()) || cards.size() < MAX_CARDS)) {
            cards.put(info.agentId(), info);
        }
    }

    @Override
    public void agentForgotten(AgentId agent) {
        cards.remove(agent);
        current().agentForgotten(agent);
    }

    @Override
    public List<Action> connected(AgentId agent, Instant now) {
        connected.add(agent);
        List<Action> actions = new ArrayList<>(current().connected(agent, now));
        if (views.isPresent() && self.isPresent()) {
            actions.add(tell(agent, new OverlayMessage.Size(believed(now))));
        }
        return actions;
    }

    private static Tell tell(AgentId to, OverlayMessage message) {
        return new Tell(to, OverlayCodec.encode(message), List.of());
    }

    /** What to say of the size of the network: views that are still being filled say nothing against it. */
    private int believed(Instant now) {
        boolean fresh = boundedSince
                .filter(since -> now.isBefore(since.plus(SHRUNK_FOR)))
                .isPresent();
        return fresh ? Math.max(GROWN + 1, others()) : others();
    }

    /** How many other agents this node knows of. */
    private int others() {
        return views.map(bounded ->
                        bounded.neighbours().size() + bounded.passive().size())
                .orElse(cards.size());
    }

    @Override
    public List<Action> disconnected(AgentId agent, Instant now, RandomGenerator random) {
        connected.remove(agent);
        sayMany.remove(agent);
        return decided(current().disconnected(agent, now, random), now, random);
    }

    @Override
    public List<Action> dialFailed(AgentId agent, boolean retry, Instant now, RandomGenerator random) {
        return decided(current().dialFailed(agent, retry, now, random), now, random);
    }

    @Override
    public List<Action> told(AgentId from, byte[] message, List<AgentInfo> about, Instant now, RandomGenerator random) {
        OverlayMessage decoded = OverlayCodec.decode(message);
        if (decoded instanceof OverlayMessage.Size size) {
            if (size.agents() > GROWN && views.isEmpty() && connected.contains(from)) {
                sayMany.add(from);
                toldOfMany |= connected.size() < VIEW;
            }
            return decided(List.of(), now, random);
        }
        if (views.isPresent()) {
            about.forEach(this::remember);
            return decided(views.get().told(from, message, about, now, random), now, random);
        }
        List<Action> actions = new ArrayList<>();
        if (decoded instanceof OverlayMessage.Join || decoded instanceof OverlayMessage.Neighbour) {
            // It has bounded views already; for it we are a neighbour as any other.
            actions.add(tell(from, new OverlayMessage.Accept()));
        } else if (decoded instanceof OverlayMessage.Part) {
            if (parted.size() < MAX_CARDS) {
                parted.put(from, now.plus(PARTED_FOR));
            }
            actions.add(new Disconnect(from));
        }
        return decided(actions, now, random);
    }

    @Override
    public List<Action> networkChanged(Instant now, RandomGenerator random) {
        return current().networkChanged(now, random);
    }

    @Override
    public List<Action> woken(Instant now, RandomGenerator random) {
        return decided(current().woken(now, random), now, random);
    }

    /** Looks whether it is time for a change, and leaves those alone that have parted. */
    private List<Action> decided(List<Action> actions, Instant now, RandomGenerator random) {
        List<Action> all = new ArrayList<>(actions);
        boolean wrong =
                views.isPresent() ? others() < SHRUNK : cards.size() > GROWN || toldOfMany || sayMany.size() >= ENOUGH;
        if (!wrong || self.isEmpty()) {
            changeAt = Optional.empty();
        } else if (changeAt.isEmpty()
                || changeAt.get().isAfter(now.plus(SHRUNK_FOR).plus(SPREAD))) {
            // A newcomer has nothing that could be torn down.
            long spread = toldOfMany ? 1 : SPREAD.toMillis();
            Duration wait = Duration.ofMillis(random.nextLong(spread));
            changeAt = Optional.of(now.plus(views.isPresent() ? SHRUNK_FOR.plus(wait) : wait));
        }
        if (changeAt.isPresent() && !changeAt.get().isAfter(now)) {
            changeAt = Optional.empty();
            all = change(now, random);
        }
        if (changeAt.isPresent()) {
            all.add(new WakeAt(changeAt.get()));
        }
        parted.values().removeIf(until -> !until.isAfter(now) || until.isAfter(now.plus(PARTED_FOR)));
        all.removeIf(action -> action instanceof Dial dial && views.isEmpty() && parted.containsKey(dial.agent()));
        return all;
    }

    private List<Action> change(Instant now, RandomGenerator random) {
        return views.isPresent() ? toEverybody(now, random) : toViews(now, random);
    }

    private List<Action> toViews(Instant now, RandomGenerator random) {
        BoundedViews bounded = new BoundedViews(VIEW);
        views = Optional.of(bounded);
        boundedSince = Optional.of(now);
        everybody = new ConnectToAll();
        List<Action> actions = new ArrayList<>(bounded.started(self.orElseThrow(), now));
        if (toldOfMany) {
            connected.forEach(agent -> actions.addAll(bounded.connected(agent, now)));
        } else {
            actions.addAll(bounded.adopt(connected, now));
        }
        toldOfMany = false;
        sayMany.clear();
        for (AgentInfo info : cards.values()) {
            actions.addAll(bounded.agentKnown(info, now, random));
        }
        cards.keySet().removeIf(agent -> !bounded.keeps(agent));
        for (AgentId agent : connected) {
            actions.add(tell(agent, new OverlayMessage.Size(believed(now))));
        }
        return actions;
    }

    private List<Action> toEverybody(Instant now, RandomGenerator random) {
        cards.keySet().removeIf(agent -> !keeps(agent));
        views = Optional.empty();
        List<Action> actions = new ArrayList<>(everybody.started(self.orElseThrow(), now));
        for (AgentId agent : connected) {
            actions.addAll(everybody.connected(agent, now));
        }
        for (AgentInfo info : cards.values()) {
            actions.addAll(everybody.agentKnown(info, now, random));
        }
        return actions;
    }

    @Override
    public boolean keeps(AgentId agent) {
        return views.isPresent() ? views.get().keeps(agent) : cards.containsKey(agent);
    }

    @Override
    public int maxCards() {
        return current().maxCards();
    }

    @Override
    public boolean needsBootstrap() {
        return current().needsBootstrap();
    }
}
