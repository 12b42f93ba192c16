// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.gossip.internal.integrate.Validation.Action;
import io.peerkit.gossip.internal.integrate.Validation.Ask;
import io.peerkit.gossip.internal.integrate.Validation.Fail;
import io.peerkit.gossip.internal.integrate.Validation.Failure;
import io.peerkit.gossip.internal.integrate.Validation.Limits;
import io.peerkit.gossip.internal.integrate.Validation.Settle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ValidationTest {
    private static final IntegrationVerdict YES = IntegrationVerdict.ACCEPTED;

    /** An entry: the author's number and the place among the author's entries. */
    private record Item(int author, int place) {}

    private Validation<Item> validation = new Validation<>(new Limits(1, 2, 2));

    @Test
    void next_oneAuthor_secondOnlyWhenTheFirstIsAnswered() {
        add(1, 0);
        add(1, 1);
        Ask<Item> first = onlyAsk();
        assertThat(first.entries()).containsExactly(new Item(1, 0));
        assertThat(validation.next()).isEmpty();

        assertThat(validation.answered(first.call(), List.of(YES))).containsExactly(new Settle<>(new Item(1, 0), YES));
        assertThat(onlyAsk().entries()).containsExactly(new Item(1, 1));
    }

    @Test
    void next_differentAuthors_asManyBesideEachOtherAsAllowed() {
        add(1, 0);
        add(2, 0);
        add(3, 0);
        List<Ask<Item>> asks = asks();
        assertThat(asks).extracting(Ask::entries).containsExactly(List.of(new Item(1, 0)), List.of(new Item(2, 0)));

        validation.answered(asks.get(1).call(), List.of(YES));
        assertThat(onlyAsk().entries()).containsExactly(new Item(3, 0));
    }

    @Test
    void next_batch_inOrderOfArrivalUpToTheSize() {
        validation = new Validation<>(new Limits(3, 1, 2));
        add(1, 0);
        add(2, 0);
        add(1, 1);
        add(2, 1);
        Ask<Item> ask = onlyAsk();
        assertThat(ask.entries()).containsExactly(new Item(1, 0), new Item(2, 0), new Item(1, 1));
        validation.answered(ask.call(), List.of(YES, YES, YES));
        assertThat(onlyAsk().entries()).containsExactly(new Item(2, 1));
        assertThat(validation.size()).isEqualTo(1);
    }

    @Test
    void failed_oneOfABatch_askedInPartsUntilItFailsAlone() {
        validation = new Validation<>(new Limits(16, 1, 2));
        for (int i = 0; i < 16; i++) {
            add(i % 3, i / 3);
        }
        Item bad = new Item(1, 2);
        List<Item> settled = new ArrayList<>();
        List<Action<Item>> failed = new ArrayList<>();
        int calls = 0;
        for (List<Ask<Item>> asks = asks(); !asks.isEmpty(); asks = asks()) {
            Ask<Item> ask = asks.get(0);
            calls++;
            if (ask.entries().contains(bad)) {
                failed.addAll(validation.failed(ask.call()));
            } else {
                validation
                        .answered(ask.call(), verdicts(ask))
                        .forEach(each -> settled.add(((Settle<Item>) each).entry()));
            }
        }
        assertThat(failed).containsExactly(new Fail<>(bad, Failure.THREW));
        assertThat(settled).hasSize(15).doesNotContain(bad);
        assertThat(calls).isLessThan(16);
        assertThat(validation.size()).isZero();
    }

    @Test
    void answered_notOneVerdictEach_countsAsThrown() {
        add(1, 0);
        assertThat(validation.answered(onlyAsk().call(), List.of(YES, YES)))
                .containsExactly(new Fail<>(new Item(1, 0), Failure.THREW));
    }

    @Test
    void late_thenAnswered_theAnswerCountsForNothingAndTheNextGoesOn() {
        add(1, 0);
        add(1, 1);
        Ask<Item> hanging = onlyAsk();
        assertThat(validation.late(hanging.call())).containsExactly(new Fail<>(new Item(1, 0), Failure.LATE));
        assertThat(validation.isStuck(id(new Item(1, 0)))).isTrue();
        assertThat(onlyAsk().entries()).containsExactly(new Item(1, 1));

        validation.returned(hanging.call());
        assertThat(validation.answered(hanging.call(), List.of(YES))).isEmpty();
        assertThat(validation.failed(hanging.call())).isEmpty();
        assertThat(validation.isStuck(id(new Item(1, 0)))).isFalse();
    }

    @Test
    void late_asManyAsMayBeStuck_noneAskedUntilOneReturns() {
        for (int author = 0; author < 4; author++) {
            add(author, 0);
        }
        List<Ask<Item>> first = asks();
        first.forEach(ask -> validation.late(ask.call()));
        assertThat(validation.next()).isEmpty();

        validation.returned(first.get(0).call());
        assertThat(asks()).isNotEmpty();
    }

    @Test
    void late_returnedBefore_costsNoThreadAndStopsNobody() {
        for (int author = 0; author < 6; author++) {
            add(author, 0);
        }
        int failed = 0;
        for (List<Ask<Item>> asks = asks(); !asks.isEmpty(); asks = asks()) {
            for (Ask<Item> ask : asks) {
                validation.returned(ask.call());
                failed += validation.late(ask.call()).size();
            }
        }
        assertThat(failed).isEqualTo(6);
    }

    @Test
    void late_batch_eachAloneAfterwards() {
        validation = new Validation<>(new Limits(8, 1, 2));
        add(1, 0);
        add(2, 0);
        add(3, 0);
        assertThat(validation.late(onlyAsk().call())).isEmpty();
        assertThat(onlyAsk().entries()).containsExactly(new Item(1, 0));
    }

    @Test
    void late_sameAuthorAgainAndAgain_givenUpWithWhatWaitsBehind() {
        for (int i = 0; i < 10; i++) {
            add(1, i);
        }
        List<Action<Item>> failures = new ArrayList<>();
        for (int i = 0; i < Validation.MAX_LATE_IN_A_ROW; i++) {
            Ask<Item> ask = onlyAsk();
            validation.returned(ask.call());
            failures.addAll(validation.late(ask.call()));
        }
        assertThat(failures).hasSize(10);
        assertThat(failures)
                .filteredOn(each -> each instanceof Fail<Item> fail && fail.why() == Failure.BEHIND)
                .hasSize(7);
        assertThat(validation.size()).isZero();
        assertThat(validation.next()).isEmpty();
    }

    @Test
    void anything_anyOrderOfVerdictsDeadlinesAndCrashes_invariantsHold() {
        for (long seed = 1; seed <= 400; seed++) {
            new Model(seed).run();
        }
    }

    private void add(int author, int place) {
        Item item = new Item(author, place);
        validation.add(id(item), agent(author), item);
    }

    private Ask<Item> onlyAsk() {
        List<Ask<Item>> asks = asks();
        assertThat(asks).hasSize(1);
        return asks.get(0);
    }

    private List<Ask<Item>> asks() {
        return asks(validation);
    }

    private static List<Ask<Item>> asks(Validation<Item> from) {
        List<Ask<Item>> asks = new ArrayList<>();
        from.next().forEach(action -> asks.add((Ask<Item>) action));
        return asks;
    }

    private static List<IntegrationVerdict> verdicts(Ask<Item> ask) {
        return Collections.nCopies(ask.entries().size(), YES);
    }

    private static EntryId id(Item item) {
        return EntryId.ofHeader(ByteBuffer.allocate(8)
                .putInt(item.author())
                .putInt(item.place())
                .array());
    }

    private static AgentId agent(int number) {
        return AgentId.of(ByteBuffer.allocate(32).putInt(number).array());
    }

    /** Drives a machine by chance, and checks after each step what must always hold. */
    private static final class Model {
        private static final int STEPS = 300;

        private final long seed;
        private final SplittableRandom random;
        private final Limits limits;
        private final int authors;

        /** Some entries always make the application throw, some make it hang, some hang and come back. */
        private final Map<Integer, Integer> places = new HashMap<>();

        private final Set<Item> unresolved = new LinkedHashSet<>();
        private final Map<Long, Ask<Item>> running = new LinkedHashMap<>();
        private final Map<Long, Ask<Item>> stuck = new LinkedHashMap<>();
        private Validation<Item> machine;

        Model(long seed) {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            this.limits = new Limits(1 + random.nextInt(12), 1 + random.nextInt(4), 1 + random.nextInt(3));
            this.authors = 1 + random.nextInt(5);
            this.machine = new Validation<>(limits);
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                step();
                check();
            }
            // From now on the application answers: everything comes to an end.
            List.copyOf(stuck.keySet()).forEach(this::comesBack);
            for (int i = 0; !unresolved.isEmpty(); i++) {
                assertThat(i).as("seed %d never ends", seed).isLessThan(20_000);
                ask();
                Ask<Item> ask = running.values().iterator().next();
                machine.returned(ask.call());
                running.remove(ask.call());
                perform(ask, machine.answered(ask.call(), verdicts(ask)));
            }
            assertThat(machine.size()).isZero();
        }

        private void step() {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> {
                    int author = random.nextInt(authors);
                    Item item = new Item(author, places.merge(author, 1, Integer::sum));
                    unresolved.add(item);
                    machine.add(id(item), agent(author), item);
                }
                case 3, 4, 5 -> ask();
                case 6 ->
                    any(running, ask -> {
                        machine.returned(ask.call());
                        running.remove(ask.call());
                        boolean nonsense = random.nextInt(20) == 0;
                        perform(ask, machine.answered(ask.call(), nonsense ? List.of() : verdicts(ask)));
                    });
                case 7 ->
                    any(running, ask -> {
                        machine.returned(ask.call());
                        running.remove(ask.call());
                        perform(ask, machine.failed(ask.call()));
                    });
                case 8 ->
                    any(running, ask -> {
                        running.remove(ask.call());
                        if (random.nextBoolean()) {
                            machine.returned(ask.call());
                        } else {
                            stuck.put(ask.call(), ask);
                        }
                        perform(ask, machine.late(ask.call()));
                    });
                default -> {
                    if (random.nextInt(40) == 0) {
                        crash();
                    } else {
                        any(stuck, ask -> comesBack(ask.call()));
                    }
                }
            }
        }

        private void any(Map<Long, Ask<Item>> calls, java.util.function.Consumer<Ask<Item>> what) {
            if (!calls.isEmpty()) {
                what.accept(List.copyOf(calls.values()).get(random.nextInt(calls.size())));
            }
        }

        private void comesBack(long call) {
            Ask<Item> ask = Objects.requireNonNull(stuck.remove(call));
            machine.returned(call);
            assertThat(machine.answered(call, verdicts(ask))).isEmpty();
        }

        /** The process dies; what was not answered comes again, in the order of the authors. */
        private void crash() {
            machine = new Validation<>(limits);
            running.clear();
            stuck.clear();
            unresolved.forEach(item -> machine.add(id(item), agent(item.author()), item));
        }

        private void ask() {
            for (Ask<Item> ask : asks(machine)) {
                assertThat(ask.entries()).hasSizeBetween(1, limits.maxBatch());
                Map<Integer, Integer> last = new HashMap<>();
                for (Item item : ask.entries()) {
                    assertThat(unresolved).contains(item);
                    // Nothing of this author that came before is left, but for what stands before it in this call.
                    int before = last.getOrDefault(item.author(), -1);
                    assertThat(unresolved)
                            .as("seed %d", seed)
                            .noneMatch(other -> other.author() == item.author()
                                    && other.place() < item.place()
                                    && other.place() > before);
                    last.put(item.author(), item.place());
                }
                Set<Integer> busy = new HashSet<>();
                running.values().forEach(other -> other.entries().forEach(item -> busy.add(item.author())));
                assertThat(busy).doesNotContainAnyElementsOf(last.keySet());
                running.put(ask.call(), ask);
            }
        }

        private void perform(Ask<Item> ask, List<Action<Item>> actions) {
            boolean givenUp = false;
            for (Action<Item> action : actions) {
                Item item;
                if (action instanceof Settle<Item> settle) {
                    item = settle.entry();
                    assertThat(ask.entries()).contains(item);
                } else {
                    Fail<Item> fail = (Fail<Item>) action;
                    item = fail.entry();
                    assertThat(ask.entries()).hasSize(1);
                    givenUp |= fail.why() == Failure.BEHIND;
                    assertThat(item.author()).isEqualTo(ask.entries().get(0).author());
                }
                assertThat(unresolved.remove(item))
                        .as("seed %d, twice: %s", seed, item)
                        .isTrue();
            }
            assertThat(actions.size() <= ask.entries().size() || givenUp).isTrue();
        }

        private void check() {
            assertThat(running.size()).isLessThanOrEqualTo(limits.maxConcurrency());
            assertThat(machine.size()).as("seed %d", seed).isEqualTo(unresolved.size());
            if (running.size() < limits.maxConcurrency() && stuck.size() < limits.maxStuck()) {
                ask();
                Set<Integer> waiting = new HashSet<>();
                unresolved.forEach(item -> waiting.add(item.author()));
                running.values().forEach(ask -> ask.entries().forEach(item -> waiting.remove(item.author())));
                // Nobody waits while there is room.
                assertThat(waiting.isEmpty() || running.size() == limits.maxConcurrency())
                        .as("seed %d", seed)
                        .isTrue();
            }
        }
    }
}
