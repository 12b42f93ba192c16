// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LateIndexTest {
    private static final int RECENT = 1_000;

    private final TreeSet<LateIndex.Key> inFile = new TreeSet<>();
    private final LateIndex index = new LateIndex(0, RECENT);

    @Test
    void move_fewKeys_stayInMemory() throws SQLException {
        add(1, RECENT + 255);

        index.move(RECENT + 255, inFile::add);
        index.committed();

        assertThat(inFile).isEmpty();
        assertThat(index.through()).isZero();
    }

    @Test
    void move_oneMore_movesTheFirstOnesInOrder() throws SQLException {
        add(1, RECENT + 256);

        index.move(RECENT + 256, inFile::add);
        index.committed();

        assertThat(inFile).hasSize(256);
        assertThat(inFile.first()).isEqualTo(key(first(RECENT + 256)));
        assertThat(index.candidates(inFile.last().prefix())).isEmpty();
    }

    @Test
    void move_roundAndRound_everyRowThroughThePointIsInTheFile() throws SQLException {
        int rows = 0;
        long lastThrough = 0;
        for (int commit = 0; commit < 60; commit++) {
            add(rows + 1, 300);
            rows += 300;
            index.move(rows, inFile::add);
            index.committed();
            assertThat(LongStream.rangeClosed(1, index.through()).allMatch(seq -> inFile.contains(key(seq))))
                    .as("rows through %s", index.through())
                    .isTrue();
            assertThat(index.through()).isGreaterThanOrEqualTo(lastThrough);
            lastThrough = index.through();
        }
        // Not further behind than two rounds, so that opening has little to read.
        assertThat(lastThrough).isGreaterThan(rows - 4 * RECENT - 1_000);
        assertThat(inFile.size()).isGreaterThan(rows - RECENT - 300);
    }

    @Test
    void move_fewKeysAmongManyRows_pointFollowsTheRows() throws SQLException {
        add(1, 10);
        index.move(8 * RECENT, inFile::add);
        index.committed();
        assertThat(inFile).isEmpty();

        for (int row = 8 * RECENT + 1; row <= 8 * RECENT + 3; row++) {
            index.move(row, inFile::add);
            index.committed();
        }

        assertThat(inFile).hasSize(10);
        assertThat(index.through()).isGreaterThan(8 * RECENT);
    }

    @Test
    void rolledBack_addedRemovedAndMoved_asBefore() throws SQLException {
        add(1, 500);
        index.committed();
        add(501, 2_000);
        index.remove(key(1), inFile::remove);
        Set<LateIndex.Key> file = new HashSet<>();
        index.move(2_500, file::add);
        assertThat(file).isNotEmpty();

        index.rolledBack();

        assertThat(index.candidates(key(1).prefix())).containsExactly(key(1));
        assertThat(index.candidates(key(503).prefix())).isEmpty();
        index.moveAll(500, inFile::add);
        index.committed();
        assertThat(inFile).hasSize(500);
        assertThat(index.through()).isEqualTo(500);
    }

    @Test
    void randomTransactions_someRolledBack_everyKeyInMemoryOrFile() throws SQLException {
        long seed = 20_260_103;
        Random random = new Random(seed);
        Map<Long, LateIndex.Key> expected = new HashMap<>();
        long rows = 0;
        for (int transaction = 0; transaction < 2_000; transaction++) {
            Map<Long, LateIndex.Key> after = new HashMap<>(expected);
            TreeSet<LateIndex.Key> file = new TreeSet<>(inFile);
            long last = rows;
            for (int i = random.nextInt(100); i > 0; i--) {
                last++;
                index.add(key(last));
                after.put(last, key(last));
            }
            List<Long> there = new ArrayList<>(after.keySet());
            for (int i = Math.min(there.size(), random.nextInt(60)); i > 0; i--) {
                long gone = there.get(random.nextInt(there.size()));
                if (after.remove(gone) != null) {
                    index.remove(key(gone), file::remove);
                }
            }
            index.move(last, file::add);
            if (random.nextInt(5) == 0) {
                index.rolledBack();
            } else {
                index.committed();
                rows = last;
                expected = after;
                inFile.clear();
                inFile.addAll(file);
            }
        }
        for (LateIndex.Key key : expected.values()) {
            assertThat(inFile.contains(key) != index.candidates(key.prefix()).contains(key))
                    .as("%s in memory or file, seed %s", key, seed)
                    .isTrue();
        }
        index.moveAll(rows, inFile::add);
        index.committed();
        assertThat(new HashSet<>(inFile)).isEqualTo(new HashSet<>(expected.values()));
    }

    private void add(long from, int keys) {
        for (long seq = from; seq < from + keys; seq++) {
            index.add(key(seq));
        }
    }

    private static long first(long rows) {
        long first = 1;
        for (long seq = 2; seq <= rows; seq++) {
            first = key(seq).compareTo(key(first)) < 0 ? seq : first;
        }
        return first;
    }

    /** Prefixes in no order, some of them shared. */
    private static LateIndex.Key key(long seq) {
        return new LateIndex.Key((seq / 2) * 0x9e3779b97f4a7c15L, 0, seq);
    }
}
