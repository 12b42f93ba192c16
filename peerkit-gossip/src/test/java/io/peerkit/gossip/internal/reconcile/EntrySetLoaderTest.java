// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.gossip.internal.reconcile.Entries.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntrySetLoaderTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 4_096, 4_097, 20_000})
    void load_pages_equalsAddingOneByOneAndTakesChanges(int entries) {
        Random random = new Random(entries);
        TreeSet<Entry> model = new TreeSet<>();
        while (model.size() < entries) {
            model.add(Entry.random(random, random.nextInt(50)));
        }
        EntrySet loaded = load(new ArrayList<>(model), 1 + random.nextInt(300));

        assertThat(Entries.read(loaded.snapshot())).isEqualTo(model);
        assertThat(loaded.fingerprint()).isEqualTo(Entries.setOf(model).fingerprint());
        for (int i = 0; i < 500; i++) {
            Entry entry = Entry.random(random, random.nextInt(50));
            assertThat(loaded.add(entry.time(), entry.bytes(), 0)).isTrue();
            model.add(entry);
            Entry first = model.ceiling(Entry.random(random, random.nextInt(50)));
            if (first != null) {
                assertThat(loaded.remove(first.time(), first.bytes(), 0)).isTrue();
                model.remove(first);
            }
        }
        assertThat(Entries.read(loaded.snapshot())).isEqualTo(model);
    }

    private static EntrySet load(List<Entry> sorted, int page) {
        EntrySetLoader loader = new EntrySetLoader();
        for (int start = 0; start < sorted.size(); start += page) {
            int count = Math.min(page, sorted.size() - start);
            long[] times = new long[page];
            byte[] ids = new byte[page * 32];
            for (int i = 0; i < count; i++) {
                times[i] = sorted.get(start + i).time();
                System.arraycopy(sorted.get(start + i).bytes(), 0, ids, i * 32, 32);
            }
            loader.append(times, ids, count);
        }
        return loader.load();
    }

    @Test
    void append_equalOrLowerEntry_refused() {
        byte[] ids = new byte[64];
        ids[63] = 1;
        assertThat(new EntrySetLoader().append(new long[] {5, 5}, ids, 2).load().size())
                .isEqualTo(2);
        assertThatThrownBy(() -> new EntrySetLoader().append(new long[] {5, 4}, ids, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("time 4");
        EntrySetLoader loader = new EntrySetLoader().append(new long[] {5}, ids, 1);
        assertThatThrownBy(() -> loader.append(new long[] {5}, ids, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void append_countBeyondTheArrays_refused() {
        assertThatThrownBy(() -> new EntrySetLoader().append(new long[2], new byte[63], 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
