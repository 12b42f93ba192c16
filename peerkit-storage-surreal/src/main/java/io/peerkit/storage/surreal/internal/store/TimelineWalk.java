// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.storage.surreal.internal.index.Journal;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Goes over all entries and tells what the indexes should know of them, to mend what is damaged there. Some 100 µs an entry. */
final class TimelineWalk {
    /** Entries looked at by one step, at most. */
    private static final int STEP_ENTRIES = 4_096;

    /** Steps between two messages of the log. */
    private static final int STEPS_TOLD = 25;

    private static final String SIZES = "SELECT VALUE [record::id(id)[1], bytes::len(data)] FROM type::record('"
            + Tables.TIMELINE + "', $after>..$end) LIMIT " + STEP_ENTRIES;

    private static final Logger LOG = LoggerFactory.getLogger(TimelineWalk.class);

    private final SurrealSession session;
    private final Space space;
    private final StoreReader reader;
    private final Function<List<Found>, CompletableFuture<Void>> taker;
    private int steps;

    /**
     * An entry that is there.
     *
     * @param id names it
     * @param record what the indexes should know
     */
    record Found(EntryId id, Journal.Addition record) {}

    TimelineWalk(
            SurrealSession session,
            Space space,
            StoreReader reader,
            Function<List<Found>, CompletableFuture<Void>> taker) {
        this.session = session;
        this.space = space;
        this.reader = reader;
        this.taker = taker;
    }

    CompletableFuture<Void> run() {
        return step(new byte[0]);
    }

    private CompletableFuture<Void> step(byte[] after) {
        if (steps++ % STEPS_TOLD == 0) {
            LOG.warn("space {}: mends an index, {} steps over the entries so far", space.name(), steps - 1);
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
                    .thenCompose(taker)
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
                byte[] stored = values.get(i);
                if (stored != null) {
                    try {
                        byte[] data = Checksum.open(rows.get(i), stored);
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
}
