// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.storage.surreal.internal.index.IndexRecord;
import io.peerkit.storage.surreal.internal.index.Journal;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes good for journals that are damaged. Nobody can tell which entries were in them, so all entries are gone over; those without
 * a record get one, in a new journal, and the damaged ones are deleted behind the last of them. Records of entries that such a journal removed
 * stay, which are hints and do no harm. Takes about 100 µs an entry. Belongs to the session's thread.
 */
final class IndexRepair {
    /** Entries looked at by one step, at most. */
    private static final int STEP_ENTRIES = 4_096;

    /** Steps between two messages of the log. */
    private static final int STEPS_TOLD = 25;

    private static final String SIZES = "SELECT VALUE [record::id(id)[1], bytes::len(data)] FROM type::record('"
            + Tables.TIMELINE + "', $after>..$end) LIMIT " + STEP_ENTRIES;

    private static final String ADD = """
            BEGIN;
            %s
            INSERT INTO %s $journal RETURN NONE;
            UPDATE $lane SET seq = $seq RETURN NONE;
            COMMIT;""".formatted(WriteStatements.FENCE, Tables.JOURNAL);

    private static final Logger LOG = LoggerFactory.getLogger(IndexRepair.class);

    private final SurrealSession session;
    private final Space space;
    private final Lane lane;
    private final StoreReader reader;
    private final EntryIndex index;
    private final GroupCommit commits;
    private int steps;
    private long added;

    IndexRepair(SurrealSession session, Lease lease, StoreReader reader, EntryIndex index, GroupCommit commits) {
        this.session = session;
        this.space = lease.space();
        this.reader = reader;
        this.index = index;
        this.commits = commits;
        lane = lease.lanes().get(0);
    }

    /** Replaces journals; can be done again from the beginning after a crash. */
    CompletableFuture<Void> replace(List<RecordId> damaged) {
        if (damaged.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return step(new byte[0])
                .thenCompose(done -> commits.delete(damaged))
                .thenRun(() -> LOG.warn(
                        "space {}: {} damaged journals replaced, {} entries had no other record",
                        space.name(),
                        damaged.size(),
                        added));
    }

    private CompletableFuture<Void> step(byte[] after) {
        if (steps++ % STEPS_TOLD == 0) {
            LOG.warn("space {}: looking for entries without an index record, {} steps so far", space.name(), steps - 1);
        }
        Map<String, Object> range = Map.of("after", space.key(after), "end", space.key(StoredForm.behindAll()));
        return session.query(SIZES, range).thenCompose(results -> {
            List<byte[]> keys = new ArrayList<>();
            List<Long> sizes = new ArrayList<>();
            for (Object row : StoreReader.list(results.get(0))) {
                keys.add(StoreReader.bytes(StoreReader.list(row).get(0)));
                sizes.add(StoreReader.number(StoreReader.list(row).get(1)));
            }
            if (keys.isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            byte[] last = keys.get(keys.size() - 1);
            if (Arrays.compareUnsigned(after, last) >= 0) {
                throw new StorageException("the server gave the keys of a range out of order");
            }
            return StoreReader.inParts(keys, sizes, this::read)
                    .thenCompose(this::addMissing)
                    .thenCompose(done -> step(last));
        });
    }

    /** An entry whose row is damaged too is lost by itself: its row says so to whoever comes upon it in order. */
    private CompletableFuture<List<Found>> read(List<byte[]> keys) {
        List<RecordId> rows =
                keys.stream().map(key -> space.id(Tables.TIMELINE, key)).toList();
        return reader.fields(rows, "data").thenApply(values -> {
            List<Found> found = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                byte[] sealed = values.get(i);
                if (sealed != null) {
                    try {
                        byte[] data = Checksum.open(rows.get(i), sealed);
                        StoredEntry entry = StoredForm.entry(StoredForm.key(keys.get(i)), data);
                        found.add(new Found(entry.id(), Journal.Addition.of(entry)));
                    } catch (StorageException e) {
                        LOG.warn("space {}: {}", space.name(), e.getMessage());
                    }
                }
            }
            return found;
        });
    }

    /**
     * An entry that is there.
     *
     * @param id names it
     * @param record what the indexes should know
     */
    private record Found(EntryId id, Journal.Addition record) {}

    private CompletableFuture<Void> addMissing(List<Found> found) {
        Map<EntryId, Journal.Addition> wanted = new HashMap<>();
        found.forEach(each -> wanted.put(each.id(), each.record()));
        return index.ofIds(wanted.keySet()).thenCompose(records -> {
            List<Journal.Addition> missing = new ArrayList<>();
            wanted.forEach((id, addition) -> {
                boolean known = records.getOrDefault(id, List.of()).stream()
                        .map(IndexRecord::place)
                        .anyMatch(addition.idPlace()::equals);
                if (!known) {
                    missing.add(addition);
                }
            });
            return missing.isEmpty() ? CompletableFuture.completedFuture(null) : add(missing);
        });
    }

    private CompletableFuture<Void> add(List<Journal.Addition> missing) {
        long seq = lane.next();
        RecordId row = lane.journal(space, seq);
        byte[] journal = Journal.pack(missing);
        Map<String, Object> variables = Map.of(
                "lane", lane.row(),
                "seq", seq,
                "journal", List.of(WriteStatements.sealed(row, "data", journal)));
        return session.query(ADD, variables).handle((done, failure) -> failure).thenCompose(failure -> {
            if (failure != null && !WriteStatements.isDone(failure)) {
                return CompletableFuture.failedFuture(failure);
            }
            added += missing.size();
            index.pending().add(row, journal);
            return commits.merge();
        });
    }
}
