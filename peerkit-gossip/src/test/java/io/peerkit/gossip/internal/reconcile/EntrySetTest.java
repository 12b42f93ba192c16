// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.gossip.internal.reconcile.Entries.Entry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntrySetTest {
    private static final byte[] ZERO = new byte[32];

    private record Kept(EntrySnapshot snapshot, Set<Entry> content) {}

    /** Grows and shrinks through several heights of the tree, with few and many equal times, and back to empty. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void operations_random_equalSortedModelAndSnapshotsStay(long seed) {
        Random random = new Random(seed);
        EntrySet set = new EntrySet();
        TreeSet<Entry> model = new TreeSet<>();
        List<Entry> known = new ArrayList<>();
        Deque<Kept> kept = new ArrayDeque<>();
        for (int step = 0; step < 24_000; step++) {
            boolean growing = step / 6_000 % 2 == 0;
            if (known.isEmpty() || random.nextInt(100) < (growing ? 90 : 12)) {
                Entry entry = known.isEmpty() || random.nextInt(20) > 0
                        ? Entry.random(random, time(random, step, seed))
                        : known.get(random.nextInt(known.size()));
                assertThat(set.add(entry.time(), entry.bytes(), 0))
                        .as("seed %d step %d", seed, step)
                        .isEqualTo(model.add(entry));
                known.add(entry);
            } else {
                Entry entry = takeRandom(known, random);
                assertThat(set.remove(entry.time(), entry.bytes(), 0))
                        .as("seed %d step %d", seed, step)
                        .isEqualTo(model.remove(entry));
            }
            if (random.nextInt(300) == 0) {
                kept.add(new Kept(set.snapshot(), new TreeSet<>(model)));
            }
            if (kept.size() > 4) {
                Kept oldest = kept.remove();
                assertThat(Entries.read(oldest.snapshot)).isEqualTo(oldest.content);
                assertThat(oldest.snapshot.fingerprint().toBytes())
                        .isEqualTo(Entries.fingerprint(new ArrayList<>(oldest.content)));
            }
            if (step % 1_500 == 1_499) {
                assertEqual(set, model, random);
            }
        }
        while (!model.isEmpty()) {
            Entry first = model.pollFirst();
            assertThat(set.remove(first.time(), first.bytes(), 0)).isTrue();
        }
        assertThat(set.size()).isZero();
        assertThat(set.fingerprint()).isEqualTo(new EntrySet().fingerprint());
        for (Kept last : kept) {
            assertThat(Entries.read(last.snapshot)).isEqualTo(last.content);
        }
    }

    private static long time(Random random, int step, long seed) {
        return switch ((int) (seed % 4)) {
            case 0 -> 7;
            case 1 -> random.nextLong() & ~1L;
            case 2 -> step;
            default -> (random.nextInt(40) - 20) * 2L;
        };
    }

    private static Entry takeRandom(List<Entry> entries, Random random) {
        int index = random.nextInt(entries.size());
        Entry last = entries.remove(entries.size() - 1);
        return index == entries.size() ? last : entries.set(index, last);
    }

    private static void assertEqual(EntrySet set, NavigableSet<Entry> model, Random random) {
        List<Entry> sorted = new ArrayList<>(model);
        assertThat(set.size()).isEqualTo(sorted.size());
        assertThat(Entries.read(set.snapshot())).isEqualTo(model);
        byte[] id = new byte[34];
        for (int i = 0; i < 40; i++) {
            int from = random.nextInt(sorted.size() + 1);
            int to = from + random.nextInt(sorted.size() + 1 - from);
            assertThat(set.sum(from, to)).isEqualTo(Entries.sum(sorted.subList(from, to)));
            assertThat(set.fingerprint(from, to).toBytes()).isEqualTo(Entries.fingerprint(sorted.subList(from, to)));
            Entry stranger = Entry.random(random, time(random, i, i));
            assertThat(set.contains(stranger.time(), stranger.bytes(), 0)).isFalse();
            assertThat(set.remove(stranger.time(), stranger.bytes(), 0)).isFalse();
            assertThat(set.lowerBound(stranger.time(), stranger.bytes(), 0))
                    .isEqualTo(model.headSet(stranger).size());
            if (from < sorted.size()) {
                Entry entry = sorted.get(from);
                set.copyIdAt(from, id, 2);
                assertThat(Entry.of(set.timeAt(from), set.idAt(from).toBytes())).isEqualTo(entry);
                assertThat(set.contains(entry.time(), id, 2)).isTrue();
                assertThat(set.lowerBound(entry.time(), id, 2)).isEqualTo(from);
            }
        }
    }

    @Test
    void add_timesAndIdsAboveTheSignBit_orderedUnsigned() {
        EntrySet set = new EntrySet();
        byte[] high = {(byte) 0x80};
        byte[] id = Arrays.copyOf(high, 32);
        set.add(EntryView.RESERVED_TIME - 1, ZERO, 0);
        set.add(Long.MIN_VALUE, ZERO, 0);
        set.add(1, id, 0);
        set.add(1, ZERO, 0);

        assertThat(set.timeAt(0)).isEqualTo(1);
        assertThat(set.idAt(1).toBytes()).isEqualTo(id);
        assertThat(set.timeAt(2)).isEqualTo(Long.MIN_VALUE);
        assertThat(set.timeAt(3)).isEqualTo(-2);
    }

    @Test
    void add_reservedTime_refused() {
        EntrySet set = new EntrySet();
        assertThatThrownBy(() -> set.add(EntryView.RESERVED_TIME, ZERO, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("18446744073709551615");
        assertThatThrownBy(() -> set.add(0, ZERO, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(set.size()).isZero();
    }

    @Test
    void questions_indexOutOfRange_refused() {
        EntrySet set = new EntrySet();
        set.add(0, ZERO, 0);
        assertThat(set.timeAt(0)).isZero();
        assertThatThrownBy(() -> set.timeAt(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> set.fingerprint(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> set.snapshot().cursor(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        EntryCursor cursor = set.snapshot().cursor(0, 1);
        assertThatThrownBy(cursor::time).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void add_betweenSnapshots_sharesWhatDidNotChange() {
        Random random = new Random(1);
        EntrySet set = new EntrySet();
        for (int i = 0; i < 10_000; i++) {
            set.add(i, Entries.randomId(random), 0);
        }
        EntrySnapshot before = set.snapshot();
        set.add(5_000, Entries.randomId(random), 0);
        assertThat(unshared(before.root(), set.root())).isBetween(3, 5);
        Node changed = set.root();
        set.add(5_001, Entries.randomId(random), 0);
        assertThat(set.root()).isSameAs(changed);
    }

    /** The nodes of {@code b} that {@code a} does not have. */
    private static int unshared(Node a, Node b) {
        Set<Node> known = Collections.newSetFromMap(new IdentityHashMap<>());
        nodes(a, known);
        Set<Node> all = Collections.newSetFromMap(new IdentityHashMap<>());
        nodes(b, all);
        all.removeAll(known);
        return all.size();
    }

    private static void nodes(Node node, Set<Node> into) {
        into.add(node);
        if (node instanceof Inner inner) {
            for (int i = 0; i < inner.slots(); i++) {
                nodes(inner.child(i), into);
            }
        }
    }

    /** Ascending is packed; descending just above a full leaf must not cost a leaf for each entry. */
    @ParameterizedTest
    @ValueSource(strings = {"ascending", "descending", "sawtooth"})
    void add_whateverTheOrder_leavesStayFilled(String order) {
        EntrySet set = new EntrySet();
        int entries = 20_000;
        Random random = new Random(2);
        for (int i = 0; i < entries; i++) {
            long time = switch (order) {
                case "ascending" -> i;
                case "descending" -> entries - i;
                default -> (i / 500) * 1_000L + 500 - i % 500;
            };
            set.add(time, Entries.randomId(random), 0);
        }
        Set<Node> nodes = Collections.newSetFromMap(new IdentityHashMap<>());
        nodes(set.root(), nodes);
        int leastFill = order.equals("ascending") ? Node.MAX_SLOTS - 2 : Node.MAX_SLOTS / 2 - 2;
        assertThat(nodes.size()).isLessThan(entries / leastFill + 1);
    }
}
