// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.push.PushAction;
import io.peerkit.gossip.internal.push.PushFrame;
import io.peerkit.gossip.internal.push.PushMachine;
import io.peerkit.gossip.internal.push.PushQueue;
import io.peerkit.gossip.internal.push.Route;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** An {@link OverlayWorld} whose nodes push: the machines and queues of push, with a store that takes a millisecond. */
final class SpreadWorld extends OverlayWorld {
    private static final long TICK = 100;
    private static final long STORE_MILLIS = 1;
    private static final int BLOB_BYTES = 256;

    /** What one node knows of push. */
    private static final class Pushing {
        private final Member member;
        private final PushMachine machine = new PushMachine();
        private final Map<NodeId, PushQueue> queues = new LinkedHashMap<>();
        private final Map<EntryId, Integer> has = new HashMap<>();
        private final Set<EntryId> underWay = new HashSet<>();
        private boolean ticking;

        private Pushing(Member member) {
            this.member = member;
        }
    }

    /** How one publication spread. */
    static final class Spread {
        final long began;
        int reached;
        int mostHops;
        final int[] byHops = new int[300];
        long last;

        private Spread(long began) {
            this.began = began;
        }

        /** The part that entries reached within some hops. */
        double within(int hops, int nodes) {
            int sum = 0;
            for (int i = 0; i <= hops; i++) {
                sum += byHops[i];
            }
            return (double) sum / nodes;
        }
    }

    private final Map<Member, Pushing> pushing = new HashMap<>();
    private final Map<NodeId, Pushing> byNode = new HashMap<>();
    private final Map<EntryId, Spread> spreads = new HashMap<>();
    private long entries;
    long wholeBytes;
    long duplicateBytes;
    long announcements;
    long asked;
    long prunes;

    SpreadWorld(long seed, int minDistance, int maxDistance, Supplier<ConnectionStrategy> strategies) {
        super(seed, minDistance, maxDistance, strategies);
    }

    private static NodeId node(Member member) {
        return new NodeId("n" + member.number);
    }

    private Pushing at(Member member) {
        return pushing.computeIfAbsent(member, none -> {
            Pushing made = new Pushing(member);
            byNode.put(node(member), made);
            return made;
        });
    }

    PushMachine machine(Member member) {
        return at(member).machine;
    }

    boolean has(Member member, EntryId id) {
        return at(member).has.containsKey(id);
    }

    @Override
    void linked(Member here, Member to) {
        at(to);
        at(here).queues.put(node(to), new PushQueue());
        at(here).machine.linkUp(node(to), random);
    }

    @Override
    void unlinked(Member here, Member from) {
        Pushing pushing = at(here);
        pushing.queues.remove(node(from));
        perform(pushing, pushing.machine.linkDown(node(from)), Optional.empty());
    }

    /** Forgets what was counted so far. */
    void reset() {
        wholeBytes = 0;
        duplicateBytes = 0;
        announcements = 0;
        asked = 0;
        prunes = 0;
    }

    EntryId publish(Member author) {
        Pushing from = at(author);
        entries++;
        EntryKey key = new EntryKey(
                entries,
                EntryId.ofHeader(ByteBuffer.allocate(8).putLong(entries).array()));
        Spread spread = new Spread(millis());
        spreads.put(key.id(), spread);
        from.has.put(key.id(), 0);
        spread.reached++;
        spread.byHops[0]++;
        perform(
                from,
                from.machine.published(List.of(key), Route.of(author.id), node -> true),
                Optional.of(wire(key, author)));
        return key.id();
    }

    Spread spread(EntryId id) {
        return Objects.requireNonNull(spreads.get(id));
    }

    private static WireEntry wire(EntryKey key, Member author) {
        byte[] envelope = new byte[EntryKeys.KEY_BYTES + 8];
        System.arraycopy(EntryKeys.pack(List.of(key)), 0, envelope, 0, EntryKeys.KEY_BYTES);
        ByteBuffer.wrap(envelope).putLong(EntryKeys.KEY_BYTES, Route.of(author.id));
        return new WireEntry(envelope, new byte[BLOB_BYTES]);
    }

    private final Map<EntryId, WireEntry> wires = new HashMap<>();

    private void perform(Pushing here, List<PushAction> actions, Optional<WireEntry> whole) {
        whole.ifPresent(entry -> wires.put(EntryKeys.key(entry.envelope(), 0).id(), entry));
        for (PushAction action : actions) {
            PushQueue queue = here.queues.get(action.peer());
            if (queue == null) {
                continue;
            }
            if (action instanceof PushAction.Push push) {
                queue.entry(push.key(), whole.orElseThrow(), push.route(), push.hops(), 0);
            } else if (action instanceof PushAction.Announce announce) {
                queue.announce(announce.key(), announce.route(), announce.hops(), announce.soon());
            } else if (action instanceof PushAction.Ask ask) {
                queue.ask(ask.id(), ask.route());
            } else if (action instanceof PushAction.Graft graft) {
                queue.graft(graft.route());
            } else if (action instanceof PushAction.Prune prune) {
                queue.prune(prune.route());
            }
        }
        flush(here);
    }

    private void flush(Pushing here) {
        boolean busy = here.machine.isBusy();
        for (Map.Entry<NodeId, PushQueue> each : here.queues.entrySet()) {
            PushQueue queue = each.getValue();
            Pushing to = Objects.requireNonNull(byNode.get(each.getKey()));
            List<EntryId> ids = queue.fetch(512, 0);
            if (!ids.isEmpty()) {
                List<WireEntry> found = new ArrayList<>();
                ids.stream().filter(here.has::containsKey).forEach(id -> found.add(wires.get(id)));
                queue.fetched(found, List.of());
            }
            for (Optional<PushFrame> frame = queue.next(0); frame.isPresent(); frame = queue.next(0)) {
                PushFrame sent = frame.get();
                after(distance(here.member, to.member), () -> receive(to, here, sent));
            }
            busy |= queue.isHoldingBack();
        }
        if (busy && !here.ticking) {
            here.ticking = true;
            after(TICK, () -> {
                here.ticking = false;
                if (here.member.alive) {
                    perform(here, here.machine.tick(), Optional.empty());
                    here.queues.values().forEach(PushQueue::release);
                    flush(here);
                }
            });
        }
    }

    private void receive(Pushing here, Pushing from, PushFrame frame) {
        NodeId sender = node(from.member);
        PushQueue queue = here.queues.get(sender);
        if (!here.member.alive || queue == null) {
            return;
        }
        if (frame instanceof PushFrame.Entries whole) {
            List<PushFrame.Run> runs = spread(whole.runs());
            for (int i = 0; i < whole.entries().size(); i++) {
                arrived(
                        here,
                        sender,
                        whole.entries().get(i),
                        runs.isEmpty() ? Optional.empty() : Optional.of(runs.get(i)));
            }
        } else if (frame instanceof PushFrame.Announce announce) {
            List<PushFrame.Run> runs = spread(announce.runs());
            for (int i = 0; i < runs.size(); i++) {
                announcements++;
                EntryId id =
                        EntryKeys.key(announce.keys(), i * EntryKeys.KEY_BYTES).id();
                queue.known(id);
                PushFrame.Run run = runs.get(i);
                if (here.has.containsKey(id)) {
                    perform(here, here.machine.announcedAgain(sender, id, run.route(), run.hops()), Optional.empty());
                } else if (!here.underWay.contains(id)) {
                    perform(here, here.machine.announced(sender, id, run.route(), run.hops()), Optional.empty());
                }
            }
        } else if (frame instanceof PushFrame.Want want) {
            asked += want.ids().length / EntryKeys.ID_BYTES;
            queue.wanted(want.ids());
            want.grafts().forEach(route -> here.machine.grafted(sender, route));
            flush(here);
        } else if (frame instanceof PushFrame.Prune prune) {
            prunes += prune.routes().size();
            prune.routes().forEach(route -> here.machine.pruned(sender, route));
        }
    }

    private static List<PushFrame.Run> spread(List<PushFrame.Run> runs) {
        List<PushFrame.Run> each = new ArrayList<>();
        for (PushFrame.Run run : runs) {
            for (int i = 0; i < run.count(); i++) {
                each.add(run);
            }
        }
        return each;
    }

    private void arrived(Pushing here, NodeId sender, WireEntry entry, Optional<PushFrame.Run> run) {
        EntryKey key = EntryKeys.key(entry.envelope(), 0);
        EntryId id = key.id();
        wholeBytes += entry.bytes();
        Objects.requireNonNull(here.queues.get(sender)).known(id);
        if (here.has.containsKey(id) || here.underWay.contains(id)) {
            duplicateBytes += entry.bytes();
            long route = run.map(PushFrame.Run::route).orElse(Route.NONE);
            perform(here, here.machine.duplicate(sender, id, route), Optional.empty());
            return;
        }
        here.underWay.add(id);
        long before = here.machine.figures().read().hops();
        here.machine.arrived(sender, id, run.map(PushFrame.Run::hops).orElse(PushMachine.MAX_HOPS));
        int hops = (int) (here.machine.figures().read().hops() - before);
        Spread spread = spread(id);
        spread.reached++;
        spread.byHops[Math.min(hops, spread.byHops.length - 1)]++;
        spread.mostHops = Math.max(spread.mostHops, hops);
        spread.last = millis();
        after(STORE_MILLIS, () -> stored(here, sender, key, entry));
    }

    private void stored(Pushing here, NodeId sender, EntryKey key, WireEntry entry) {
        here.underWay.remove(key.id());
        here.has.put(key.id(), 1);
        long route = ByteBuffer.wrap(entry.envelope()).getLong(EntryKeys.KEY_BYTES);
        perform(
                here,
                here.machine.stored(
                        key,
                        route,
                        Set.of(sender),
                        node -> Route.of(Objects.requireNonNull(byNode.get(node)).member.id) != route),
                Optional.of(entry));
    }
}
