// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.follow;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.gossip.internal.follow.FollowAction.LookFor;
import io.peerkit.gossip.internal.follow.FollowAction.ReadKeys;
import io.peerkit.gossip.internal.follow.FollowAction.Tell;
import io.peerkit.gossip.internal.follow.SetFollower.Change;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SetFollowerTest {
    private final EntrySet set = new EntrySet();
    private final Set<EntryId> underWay = new HashSet<>();
    private final SetFollower follower = new SetFollower(set, underWay::contains);

    private static EntryKey key(int number) {
        return new EntryKey(
                number, EntryId.of(ByteBuffer.allocate(32).putInt(28, number).array()));
    }

    private static List<EntryKey> keys(int... numbers) {
        return IntStream.of(numbers).mapToObj(SetFollowerTest::key).toList();
    }

    private static KeyPage page(List<EntryKey> keys) {
        ByteBuffer ids = ByteBuffer.allocate(32 * keys.size());
        keys.forEach(key -> ids.put(key.id().toBytes()));
        return new KeyPage(keys.stream().mapToLong(EntryKey::time).toArray(), ids.array());
    }

    private void have(int... numbers) {
        keys(numbers).forEach(key -> set.add(key.time(), key.id().toBytes(), 0));
    }

    private List<Integer> here() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < set.size(); i++) {
            numbers.add((int) set.timeAt(i));
        }
        return numbers;
    }

    @Test
    void changed_newEntry_addedAndToldOnce() {
        assertThat(follower.changed(new Change(keys(1, 2), List.of()))).containsExactly(new Tell(keys(1, 2)));
        assertThat(follower.changed(new Change(keys(2), List.of()))).isEmpty();
        assertThat(here()).containsExactly(1, 2);
    }

    @Test
    void changed_removed_goneAndReplacedOnesStay() {
        have(1, 2);

        assertThat(follower.changed(new Change(List.of(), keys(1)))).isEmpty();
        assertThat(here()).containsExactly(2);
        follower.changed(new Change(keys(2), keys(2)));
        assertThat(here()).containsExactly(2);
    }

    @Test
    void changed_entryUnderWayHere_leftToItsWriter() {
        underWay.add(key(1).id());

        assertThat(follower.changed(new Change(keys(1), List.of()))).isEmpty();
        assertThat(here()).isEmpty();
    }

    @Test
    void missed_pageOfTheSame_restsAgain() {
        have(1, 2);

        assertThat(follower.missed()).containsExactly(new ReadKeys(Optional.empty()));
        assertThat(follower.keysRead(page(keys(1, 2)))).isEmpty();
        assertThat(follower.changed(new Change(keys(3), List.of()))).containsExactly(new Tell(keys(3)));
    }

    @Test
    void missed_entriesCameAndWent_addedToldAndLookedForBeforeRemoval() {
        have(1, 3, 5);
        follower.missed();

        assertThat(follower.keysRead(page(keys(1, 2, 4))))
                .containsExactly(new Tell(keys(2, 4)), new LookFor(List.of(key(3).id(), key(5).id())));
        assertThat(follower.lookedUp(Set.of(key(5).id()))).isEmpty();
        assertThat(here()).containsExactly(1, 2, 4, 5);
    }

    @Test
    void changed_whilePageIsOnItsWay_putOnTop() {
        have(1);
        follower.missed();

        assertThat(follower.changed(new Change(keys(3), keys(2)))).isEmpty();
        assertThat(follower.keysRead(page(keys(1, 2)))).containsExactly(new Tell(keys(2)), new Tell(keys(3)));
        assertThat(here()).containsExactly(1, 3);
    }

    @Test
    void missed_duringAPass_oneMoreAtItsEnd() {
        follower.missed();

        assertThat(follower.missed()).isEmpty();
        assertThat(follower.missed()).isEmpty();
        assertThat(follower.keysRead(page(List.of()))).containsExactly(new ReadKeys(Optional.empty()));
        assertThat(follower.keysRead(page(List.of()))).isEmpty();
    }

    @Test
    void keysRead_fullPage_nextOneWhenTheApplicationHasTakenTheNews() {
        List<EntryKey> full = IntStream.range(0, SetFollower.PAGE_KEYS)
                .mapToObj(SetFollowerTest::key)
                .toList();
        follower.missed();

        assertThat(follower.keysRead(page(full))).containsExactly(new Tell(full));
        assertThat(follower.told()).containsExactly(new ReadKeys(Optional.of(key(SetFollower.PAGE_KEYS - 1))));
        assertThat(follower.keysRead(page(List.of()))).isEmpty();
        assertThat(set.size()).isEqualTo(SetFollower.PAGE_KEYS);
    }

    @Test
    void keysRead_moreGoneThanCanBeLookedFor_inParts() {
        have(IntStream.range(0, SetFollower.MAX_LOOK + 1).toArray());
        follower.missed();

        List<FollowAction> first = follower.keysRead(page(List.of()));
        assertThat(first).hasSize(1);
        assertThat(((LookFor) first.get(0)).ids()).hasSize(SetFollower.MAX_LOOK);
        assertThat(follower.lookedUp(Set.of()))
                .containsExactly(new LookFor(List.of(key(SetFollower.MAX_LOOK).id())));
        assertThat(follower.lookedUp(Set.of())).isEmpty();
        assertThat(set.size()).isZero();
    }

    @Test
    void changed_moreThanMayWait_droppedAndComparedOnceMore() {
        List<EntryKey> half = IntStream.range(0, SetFollower.MAX_WAITING_KEYS / 2)
                .mapToObj(SetFollowerTest::key)
                .toList();
        follower.missed();
        follower.changed(new Change(half, List.of()));
        follower.changed(new Change(half, List.of()));
        follower.changed(new Change(keys(1), List.of()));

        assertThat(follower.keysRead(page(List.of()))).containsExactly(new ReadKeys(Optional.empty()));
    }

    @Test
    void failed_store_anewAfterARest() {
        follower.missed();
        follower.changed(new Change(keys(7), List.of()));

        assertThat(follower.failed()).containsExactly(new Tell(keys(7)));
        assertThat(follower.missed()).isEmpty();
        for (int i = 1; i < SetFollower.REST_TICKS; i++) {
            assertThat(follower.tick()).isEmpty();
        }
        assertThat(follower.tick()).containsExactly(new ReadKeys(Optional.empty()));
        assertThat(follower.tick()).isEmpty();
    }

    /** A store that others write to, and this node too, with answers and news that are late and news that get lost. */
    @Test
    void follow_anyOrderOfLateNewsAndAnswers_endsWithWhatTheStoreHas() {
        for (int seed = 0; seed < 2_000; seed++) {
            new Run(seed).run();
        }
    }

    private static final class Run {
        private final Random random;
        private final int seed;
        private final NavigableSet<EntryKey> store = new TreeSet<>();
        private final EntrySet set = new EntrySet();
        private final Set<EntryId> underWay = new HashSet<>();
        private final SetFollower follower = new SetFollower(set, underWay::contains);
        private final Deque<Runnable> news = new ArrayDeque<>();
        private final Deque<Runnable> answers = new ArrayDeque<>();
        private final Deque<Runnable> acknowledgements = new ArrayDeque<>();
        private boolean deaf;
        private boolean settling;

        Run(int seed) {
            this.seed = seed;
            random = new Random(seed);
        }

        void run() {
            news.add(() -> perform(follower.missed()));
            for (int i = 0; i < 200; i++) {
                switch (random.nextInt(7)) {
                    case 0, 1 -> othersWrite();
                    case 2 -> thisNodeWrites();
                    case 3 -> next(news);
                    case 4 -> next(answers);
                    case 5 -> next(acknowledgements);
                    default -> turnDeaf();
                }
            }
            hearAgain();
            settling = true;
            while (!news.isEmpty() || !answers.isEmpty() || !acknowledgements.isEmpty()) {
                next(acknowledgements);
                next(news);
                next(answers);
            }
            for (int i = 0; i < SetFollower.REST_TICKS; i++) {
                perform(follower.tick());
                next(answers);
            }
            while (!answers.isEmpty()) {
                next(answers);
            }
            Set<EntryKey> here = new TreeSet<>();
            for (int i = 0; i < set.size(); i++) {
                here.add(new EntryKey(set.timeAt(i), set.idAt(i)));
            }
            assertThat(here).as("seed %d", seed).isEqualTo(store);
        }

        private void turnDeaf() {
            if (random.nextInt(10) == 0) {
                deaf = true;
            } else {
                hearAgain();
            }
        }

        private void hearAgain() {
            if (deaf) {
                deaf = false;
                news.add(() -> perform(follower.missed()));
            }
        }

        private void othersWrite() {
            EntryKey key = key(random.nextInt(30));
            Change change;
            if (store.contains(key)) {
                if (underWay.contains(key.id())) {
                    return; // Nobody removes what was written this moment.
                }
                store.remove(key);
                change = new Change(List.of(), List.of(key));
            } else {
                store.add(key);
                change = new Change(List.of(key), List.of());
            }
            if (!deaf) {
                news.add(() -> perform(follower.changed(change)));
            }
        }

        /** What this node writes is in the store before it is acknowledged, and in the set afterwards. */
        private void thisNodeWrites() {
            EntryKey key = key(100 + random.nextInt(1_000));
            if (store.add(key)) {
                underWay.add(key.id());
                acknowledgements.add(() -> {
                    underWay.remove(key.id());
                    set.add(key.time(), key.id().toBytes(), 0);
                });
            }
        }

        private static void next(Deque<Runnable> tasks) {
            if (!tasks.isEmpty()) {
                tasks.remove().run();
            }
        }

        private void perform(List<FollowAction> actions) {
            for (FollowAction action : actions) {
                if (action instanceof ReadKeys read) {
                    List<EntryKey> page = read.after().map(store::tailSet).orElse(store).stream()
                            .filter(key -> !Optional.of(key).equals(read.after()))
                            .limit(SetFollower.PAGE_KEYS)
                            .toList();
                    boolean fails = !settling && random.nextInt(10) == 0;
                    answers.add(() -> perform(fails ? follower.failed() : follower.keysRead(page(page))));
                } else if (action instanceof LookFor look) {
                    Set<EntryId> present = new HashSet<>();
                    store.forEach(key -> present.add(key.id()));
                    present.retainAll(look.ids());
                    answers.add(() -> perform(follower.lookedUp(present)));
                } else if (action instanceof Tell) {
                    answers.add(() -> perform(follower.told()));
                }
            }
        }
    }
}
