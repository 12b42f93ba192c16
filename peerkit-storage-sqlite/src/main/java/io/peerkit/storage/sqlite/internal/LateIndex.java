// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * An index over hashes, of which the latest keys rest in memory and go to the file in the order of the index.
 *
 * <p>Hashes are random, so each new key changes a page of its own, and a commit of 64 entries would write 128 index pages of 4 KiB for
 * 35 KiB of entries. Instead some {@value #RECENT_KEYS} keys wait here, and each commit moves a run of neighbours to the
 * file: a cursor goes round and round the order of keys, and finds many keys for each page. Nothing hangs on
 * this memory: the rows themselves have all that is in it. Every key of a row up to {@link #through} is in the file; opening reads
 * the rows behind that and puts into memory what is not.
 *
 * <p>Within one transaction: keys are added and removed, then {@link #move} is called, then {@link #committed} or
 * {@link #rolledBack}. All of that belongs to the writer's thread; {@link #candidates} is safe for any. A candidate may have
 * no row, or one with another hash that begins alike: who asks looks at the row. Ask here before asking the file: a key
 * that was moved leaves this memory only when it can be seen there.
 */
final class LateIndex {
    /** Keys that may stay in memory, some 100 bytes each. At 1,000,000 entries this many share a page by tens. */
    static final int RECENT_KEYS = 32_768;

    /** Fewer keys than this are not worth a move. */
    private static final int LEAST_MOVE = 256;

    /** Keys that a commit moves beyond twice its own, while too many are in memory: bounds how long it takes. */
    private static final int MOST_EXTRA = 1_024;

    /** Rows between {@link #through} and the last, as a multiple of the keys in memory: what opening after a crash reads. */
    private static final long MOST_ROUNDS_BEHIND = 8;

    private static final Key FIRST = new Key(Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE);

    /**
     * A place in the index.
     *
     * @param prefix of the hash, as {@link StoredForm#prefix} gives it
     * @param time in stored form, where the index is ordered by it, else 0
     * @param seq the row
     */
    record Key(long prefix, long time, long seq) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byPrefix = Long.compare(prefix, other.prefix);
            if (byPrefix != 0) {
                return byPrefix;
            }
            int byTime = Long.compare(time, other.time);
            return byTime != 0 ? byTime : Long.compare(seq, other.seq);
        }
    }

    /** Writes a key to the file or removes it there. */
    interface Change {
        void of(Key key) throws SQLException;

        /** A change by a statement with the parameters prefix, time, seq. */
        static Change by(PreparedStatement statement) {
            return key -> {
                statement.setLong(1, key.prefix());
                statement.setLong(2, key.time());
                statement.setLong(3, key.seq());
                statement.executeUpdate();
            };
        }
    }

    private final ConcurrentSkipListSet<Key> recent = new ConcurrentSkipListSet<>();
    private final int mostRecent;
    private int size;
    private Place place;

    private final List<Key> added = new ArrayList<>();
    private final Set<Key> removed = new HashSet<>();
    private final List<Key> moved = new ArrayList<>();
    private Place placeBefore;

    /**
     * How far the cursor is.
     *
     * @param cursor the key moved last
     * @param round the last row when the cursor set out
     * @param through the last row when it set out before that, which makes all rows up to it indexed
     */
    private record Place(Key cursor, long round, long through) {}

    /** An index whose file has the keys of all rows up to {@code through}. */
    LateIndex(long through, int mostRecent) {
        this.mostRecent = mostRecent;
        place = new Place(FIRST, through, through);
        placeBefore = place;
    }

    /** Ends the loading of rows up to this one: what of their keys is not in the file has been added. */
    void loaded(long lastRow) {
        place = new Place(FIRST, lastRow, place.through());
        committed();
    }

    /** All rows up to this one have their keys in the file, once what {@link #move} did is committed. */
    long through() {
        return place.through();
    }

    void add(Key key) {
        if (recent.add(key)) {
            added.add(key);
            size++;
        }
    }

    void remove(Key key, Change inFile) throws SQLException {
        if (recent.contains(key)) {
            removed.add(key);
        } else {
            inFile.of(key);
        }
    }

    /** Keys in memory whose hashes begin so, in their order. */
    SortedSet<Key> candidates(long prefix) {
        Key from = new Key(prefix, Long.MIN_VALUE, Long.MIN_VALUE);
        return recent.subSet(from, true, new Key(prefix, Long.MAX_VALUE, Long.MAX_VALUE), true);
    }

    /** Moves keys to the file, if too many are here; the last step of a transaction. */
    void move(long lastRow, Change toFile) throws SQLException {
        int excess = size - removed.size() - mostRecent;
        if (excess >= LEAST_MOVE) {
            move(Math.min(excess, 2 * added.size() + MOST_EXTRA), lastRow, toFile);
        } else if (lastRow - place.through() > MOST_ROUNDS_BEHIND * mostRecent) {
            // Most rows have no key, as where the application declines blobs.
            move(MOST_EXTRA, lastRow, toFile);
        }
    }

    /** Moves all keys to the file. */
    void moveAll(long lastRow, Change toFile) throws SQLException {
        move(Integer.MAX_VALUE, lastRow, toFile);
        place = new Place(FIRST, lastRow, lastRow);
    }

    private void move(int keys, long lastRow, Change toFile) throws SQLException {
        Key from = place.cursor();
        int rest = keys - moveRun(recent.tailSet(from, false), keys, toFile);
        if (rest > 0) {
            // The round is over: what was in memory when it began is in the file. The next one ends where this move
            // began.
            place = new Place(FIRST, lastRow, place.round());
            moveRun(recent.headSet(from, true), rest, toFile);
        }
    }

    private int moveRun(Set<Key> run, int keys, Change toFile) throws SQLException {
        int count = 0;
        for (Iterator<Key> ahead = run.iterator(); count < keys && ahead.hasNext(); ) {
            Key key = ahead.next();
            if (!removed.contains(key)) {
                toFile.of(key);
                moved.add(key);
                place = new Place(key, place.round(), place.through());
                count++;
            }
        }
        return count;
    }

    /** Makes the transaction's changes final. */
    void committed() {
        removed.forEach(recent::remove);
        moved.forEach(recent::remove);
        size -= removed.size() + moved.size();
        forgetTransaction();
    }

    /** Undoes the transaction's changes. */
    void rolledBack() {
        added.forEach(recent::remove);
        size -= added.size();
        place = placeBefore;
        forgetTransaction();
    }

    private void forgetTransaction() {
        added.clear();
        removed.clear();
        moved.clear();
        placeBefore = place;
    }
}
