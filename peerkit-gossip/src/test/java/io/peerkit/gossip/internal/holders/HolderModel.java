// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Peers that drop what they are not responsible for, by the real machines, with everything else as bad as it can be: views of who is
 * responsible that differ, questions and answers that come minutes late or never, crashes with writes under way, machines that
 * sleep, wall clocks that step, and peers that confirm what they do not have.
 *
 * <p>What must hold: from the first time that a copy of an entry was dropped, at least {@code needed} honest peers hold it that are not
 * dropping it, or as many fewer as there are liars; and somebody honest always does.
 */
final class HolderModel {
    private static final int ENTRIES = 2;

    /** The oldest of more are lost. */
    private static final int MAX_MESSAGES = 48;

    private record Message(int from, int to, int round, List<EntryKey> asked, Optional<Set<EntryId>> held) {}

    private final class Member {
        private final int number;
        private final boolean honest;
        private final Set<Integer> disk = new HashSet<>();
        private final Set<Integer> leaving = new HashSet<>();
        private final List<Set<Integer>> view = new ArrayList<>();
        private Promises promises = new Promises();
        private Optional<HolderRound> round = Optional.empty();
        private int rounds;
        private boolean up = true;
        private long wallOffset;
        private long untilTick = 1_000;

        Member(int number, boolean honest, int total) {
            this.number = number;
            this.honest = honest;
            for (int entry = 0; entry < ENTRIES; entry++) {
                view.add(anyHolders(total));
            }
        }

        boolean holds(int entry) {
            return disk.contains(entry) && !leaving.contains(entry);
        }

        HolderRound.Moment moment() {
            return new HolderRound.Moment(now + wallOffset, promises.ticks());
        }

        void pass(long millis) {
            for (untilTick -= millis; untilTick <= 0; untilTick += 1_000 + random.nextInt(300)) {
                promises.tick();
            }
            if (round.filter(each -> each.isOver(moment())).isPresent()) {
                round = Optional.empty();
            }
        }

        void crash() {
            up = false;
            leaving.removeIf(entry -> {
                if (random.nextBoolean()) {
                    disk.remove(entry);
                }
                return true;
            });
            round = Optional.empty();
        }

        void start() {
            up = true;
            promises = new Promises();
        }
    }

    private final SplittableRandom random;
    private final boolean promising;
    private final int needed;
    private final List<Member> members = new ArrayList<>();
    private final List<Message> network = new ArrayList<>();
    private final Set<Integer> everDropped = new HashSet<>();
    private final int liars;
    private final int crashes;
    private long now;
    private int drops;

    /**
     * @param promising false to leave the promises out, and see that it matters
     */
    HolderModel(long seed, int needed, int honest, int liars, boolean promising) {
        this.random = new SplittableRandom(seed);
        this.promising = promising;
        this.needed = needed;
        this.liars = liars;
        this.crashes = 1 << (5 + random.nextInt(8));
        for (int i = 0; i < honest + liars; i++) {
            members.add(new Member(i, i < honest, honest + liars));
        }
        for (int entry = 0; entry < ENTRIES; entry++) {
            for (int i = 0; i < honest; i++) {
                members.get(i).disk.add(entry);
            }
        }
    }

    /** How many copies were dropped. */
    int drops() {
        return drops;
    }

    /** As few as can be, so that nothing is held twice by accident. */
    private Set<Integer> anyHolders(int of) {
        Set<Integer> holders = new HashSet<>();
        while (holders.size() < needed + liars) {
            holders.add(random.nextInt(of));
        }
        return holders;
    }

    private static AgentId agent(int member) {
        byte[] id = new byte[32];
        id[0] = (byte) member;
        return AgentId.of(id);
    }

    private static EntryKey key(int entry) {
        return new EntryKey(entry, EntryId.ofHeader(new byte[] {(byte) entry}));
    }

    private static int number(EntryId entry) {
        return IntStream.range(0, ENTRIES)
                .filter(each -> key(each).id().equals(entry))
                .findFirst()
                .orElseThrow();
    }

    /** Lets things happen; tells what went wrong, if anything did. */
    Optional<String> run(int events) {
        for (int i = 0; i < events; i++) {
            Member member = members.get(random.nextInt(members.size()));
            int entry = random.nextInt(ENTRIES);
            switch (random.nextInt(16)) {
                case 0 -> pass(random.nextInt(40) == 0 ? 1_200_000 : random.nextInt(500));
                case 1, 2, 10, 11, 12 -> member.view.set(entry, anyHolders(members.size()));
                case 3 -> copy(member, entry);
                case 4, 9 -> ask(member);
                case 5 -> commit(member);
                case 6 -> {
                    if (random.nextInt(crashes) == 0 && member.up) {
                        member.crash();
                    } else if (!member.up) {
                        member.start();
                    }
                }
                case 7 -> {
                    if (random.nextInt(10) == 0) {
                        member.wallOffset += random.nextInt(7_200_000) - 3_600_000;
                    }
                }
                default -> deliver();
            }
            Optional<String> wrong = check();
            if (wrong.isPresent()) {
                return Optional.of("event " + i + ": " + wrong.get());
            }
        }
        return Optional.empty();
    }

    /** Time passes; who sleeps meanwhile does not tick. */
    private void pass(long millis) {
        now += millis;
        for (Member member : members) {
            if (member.up && (millis < 60_000 || random.nextInt(4) > 0)) {
                member.pass(millis);
            }
        }
    }

    private void copy(Member to, int entry) {
        // Seldom, so that copies are as few as the rules allow.
        boolean wanted = random.nextInt(3) == 0
                && to.up
                && to.honest
                && to.view.get(entry).contains(to.number)
                && !to.disk.contains(entry);
        if (wanted && members.stream().anyMatch(from -> from.up && from.honest && from.holds(entry))) {
            to.disk.add(entry);
        }
    }

    private void ask(Member asker) {
        if (!asker.up || !asker.honest || asker.round.isPresent()) {
            return;
        }
        List<HolderRound.Candidate> candidates = new ArrayList<>();
        for (int entry = 0; entry < ENTRIES; entry++) {
            if (asker.holds(entry) && !asker.view.get(entry).contains(asker.number)) {
                List<AgentId> holders =
                        asker.view.get(entry).stream().map(HolderModel::agent).toList();
                candidates.add(new HolderRound.Candidate(key(entry), needed, holders));
            }
        }
        HolderRound round = new HolderRound(candidates, asker.moment());
        asker.round = Optional.of(round);
        asker.rounds++;
        for (HolderRound.Ask ask : round.start()) {
            network.add(
                    new Message(asker.number, ask.agent().toBytes()[0], asker.rounds, ask.entries(), Optional.empty()));
        }
    }

    private void deliver() {
        if (network.isEmpty()) {
            return;
        }
        while (network.size() > MAX_MESSAGES) {
            network.remove(0);
        }
        Message message = network.remove(random.nextInt(network.size()));
        Member to = members.get(message.to());
        if (!to.up || random.nextInt(10) == 0) {
            return;
        }
        if (message.held().isEmpty()) {
            network.add(new Message(
                    message.to(), message.from(), message.round(), message.asked(), Optional.of(held(to, message))));
        } else if (to.round.isPresent() && to.rounds == message.round()) {
            to.round
                    .get()
                    .confirmed(agent(message.from()), message.held().get(), to.moment())
                    .forEach(enough -> drop(to, number(enough.entry().id())));
        }
    }

    private Set<EntryId> held(Member asked, Message question) {
        Set<EntryId> held = new HashSet<>();
        for (EntryKey key : question.asked()) {
            int entry = number(key.id());
            if (!asked.honest
                    || (asked.holds(entry)
                            && asked.view.get(entry).contains(asked.number)
                            && (!promising || asked.promises.promise(key.id())))) {
                held.add(key.id());
            }
        }
        return held;
    }

    private void drop(Member member, int entry) {
        if (member.holds(entry)
                && !member.view.get(entry).contains(member.number)
                && member.promises.leave(key(entry).id())) {
            member.leaving.add(entry);
            everDropped.add(entry);
            drops++;
        }
    }

    private void commit(Member member) {
        if (member.up) {
            for (int entry : Set.copyOf(member.leaving)) {
                // The store may fail: then it stays after all.
                if (random.nextInt(8) > 0) {
                    member.disk.remove(entry);
                }
                member.leaving.remove(entry);
                member.promises.settled(key(entry).id());
            }
        }
    }

    private Optional<String> check() {
        for (int entry = 0; entry < ENTRIES; entry++) {
            int at = entry;
            long holders = members.stream()
                    .filter(member -> member.honest && member.holds(at))
                    .count();
            long least = everDropped.contains(entry) ? Math.max(1, needed - liars) : 1;
            if (holders < least) {
                return Optional.of("entry " + entry + " is held by " + holders + ", must be " + least);
            }
        }
        return Optional.empty();
    }
}
