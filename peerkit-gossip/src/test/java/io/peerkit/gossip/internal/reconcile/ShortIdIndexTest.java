// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.NetworkId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShortIdIndexTest {
    private static final SketchKey KEY = SketchKey.of(NetworkId.named("test"), "all");
    private static final long NOW = 1_790_000_000_000L << 16;

    private record Item(long time, byte[] id) {}

    @Test
    void find_afterManyAddsAndRemoves_exactlyThoseThatAreThere() {
        Random random = new Random(5);
        EntrySet set = new EntrySet(Optional.of(KEY));
        List<Item> held = new ArrayList<>();
        List<Item> removed = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            if (held.isEmpty() || random.nextInt(5) > 0) {
                Item item = new Item(NOW + random.nextInt(1 << 24), Entries.randomId(random));
                held.add(item);
                set.add(item.time, item.id, 0);
            } else {
                Item item = held.set(random.nextInt(held.size()), held.get(held.size() - 1));
                held.remove(held.size() - 1);
                if (set.remove(item.time, item.id, 0)) {
                    removed.add(item);
                }
            }
        }
        assertFound(
                set,
                held.stream()
                        .filter(item -> set.contains(item.time, item.id, 0))
                        .limit(20_000)
                        .toList());
        for (Item item : removed.subList(0, 5_000)) {
            if (!set.contains(item.time, item.id, 0)) {
                assertThat(find(set, item).size()).isZero();
            }
        }
    }

    @Test
    void find_timesOfAnyPeriodAndAnyLowBits_found() {
        Random random = new Random(6);
        EntrySet set = new EntrySet(Optional.of(KEY));
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            // From 1970 to 2100, in which the kept part of a time repeats some 60 times.
            long millis = random.nextLong(4_100_000_000_000L);
            Item item = new Item((millis << 16) + random.nextInt(65_536), Entries.randomId(random));
            items.add(item);
            set.add(item.time, item.id, 0);
        }
        assertFound(set, items);
    }

    @Test
    void find_aThousandEntriesOfOneTime_looksAtNoMoreThanTheBound() {
        Random random = new Random(7);
        EntrySet set = new EntrySet(Optional.of(KEY));
        int found = 0;
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            Item item = new Item(NOW, Entries.randomId(random));
            items.add(item);
            set.add(item.time, item.id, 0);
        }
        for (Item item : items) {
            found += find(set, item).size();
        }
        assertThat(found).isEqualTo(ShortIdIndex.MAX_HASHED);
    }

    @Test
    void find_emptySetOrSetWithoutKey_nothing() {
        IdList found = new IdList();
        new EntrySet(Optional.of(KEY)).find(5, found);
        new EntrySet().find(5, found);
        assertThat(found.size()).isZero();
    }

    private static void assertFound(EntrySet set, List<Item> items) {
        for (Item item : items) {
            IdList found = find(set, item);
            assertThat(found.size()).isEqualTo(1);
            assertThat(found.toBytes()).isEqualTo(item.id);
        }
    }

    private static IdList find(EntrySet set, Item item) {
        long[] hash = new long[2];
        KEY.shortId(item.id, 0, hash);
        IdList found = new IdList();
        set.find(hash[0], found);
        return found;
    }
}
