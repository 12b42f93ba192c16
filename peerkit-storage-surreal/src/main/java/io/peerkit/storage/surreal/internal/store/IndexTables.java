// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.internal.index.Bucket;
import io.peerkit.storage.surreal.internal.index.BucketDirectory;
import io.peerkit.storage.surreal.internal.index.IndexKind;
import io.peerkit.storage.surreal.internal.index.IndexPlace;
import io.peerkit.storage.surreal.internal.index.IndexRecord;
import io.peerkit.storage.surreal.internal.index.Journal;
import io.peerkit.storage.surreal.internal.rpc.QueryFailedException;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the rows of journals and indexes. */
final class IndexTables {
    /** The most keys in one answer. */
    private static final int PAGE_KEYS = 8_192;

    private static final String BUCKETS = "SELECT VALUE record::id(id)[2] FROM type::record('" + Tables.INDEX
            + "', $after>..$end) LIMIT " + PAGE_KEYS;

    private static final String JOURNALS = "SELECT VALUE [record::id(id), bytes::len(data)] FROM type::record('"
            + Tables.JOURNAL + "', $after>..$end) LIMIT " + PAGE_KEYS;

    private static final String WRITE = """
            BEGIN;
            LET $now = $rows.rev;
            IF $now != $known { THROW '%s' };
            INSERT INTO %s $put ON DUPLICATE KEY UPDATE rev = $input.rev, data = $input.data RETURN NONE;
            COMMIT;""".formatted(WriteStatements.STALE, Tables.INDEX);

    /** Buckets of one answer that are mended before the damage is told: each takes a look at all entries. */
    private static final int MAX_MENDINGS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(IndexTables.class);

    private final SurrealSession session;
    private final Space space;
    private final StoreReader reader;
    private BiFunction<IndexKind, IndexPlace, CompletableFuture<Void>> mender =
            (kind, upper) -> CompletableFuture.failedFuture(new StorageException("bucket of an index is damaged"));

    IndexTables(SurrealSession session, Space space, StoreReader reader) {
        this.session = session;
        this.space = space;
        this.reader = reader;
    }

    RecordId bucketRow(IndexKind kind, IndexPlace upper) {
        return space.id(Tables.INDEX, kind.number(), upper.toBytes());
    }

    /** Finds out which buckets there are. */
    CompletableFuture<Void> loadDirectory(BucketDirectory directory) {
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (IndexKind kind : IndexKind.values()) {
            all = all.thenCompose(before -> uppers(kind, new byte[0], new ArrayList<>()))
                    .thenAccept(uppers -> directory.replace(kind, uppers));
        }
        return all;
    }

    private CompletableFuture<List<IndexPlace>> uppers(IndexKind kind, byte[] after, List<IndexPlace> found) {
        Map<String, Object> range = Map.of(
                "after", space.key(kind.number(), after), "end", space.key(kind.number(), StoredForm.behindAll()));
        return session.query(BUCKETS, range).thenCompose(results -> {
            List<?> page = StoreReader.list(results.get(0));
            page.forEach(upper -> found.add(IndexPlace.of(StoreReader.bytes(upper))));
            return page.size() < PAGE_KEYS
                    ? CompletableFuture.completedFuture(found)
                    : uppers(kind, StoreReader.bytes(page.get(page.size() - 1)), found);
        });
    }

    /** Reads buckets; those that are not there are left out. */
    CompletableFuture<Map<IndexPlace, Bucket>> buckets(IndexKind kind, Collection<IndexPlace> uppers, int mostRecords) {
        List<IndexPlace> wanted = List.copyOf(uppers);
        List<Long> sizes = wanted.stream()
                .map(upper -> (long) mostRecords * IndexRecord.BYTES)
                .toList();
        return StoreReader.inParts(wanted, sizes, part -> part(kind, part)).thenApply(buckets -> {
            Map<IndexPlace, Bucket> found = new HashMap<>();
            buckets.forEach(bucket -> found.put(bucket.upper(), bucket));
            return found;
        });
    }

    /** Tells how damaged buckets are mended, before any is read. */
    void mendBy(BiFunction<IndexKind, IndexPlace, CompletableFuture<Void>> next) {
        mender = next;
    }

    CompletableFuture<Void> mend(IndexKind kind, IndexPlace upper) {
        return mender.apply(kind, upper);
    }

    private CompletableFuture<List<Bucket>> part(IndexKind kind, List<IndexPlace> uppers) {
        return part(kind, uppers, 1);
    }

    private CompletableFuture<List<Bucket>> part(IndexKind kind, List<IndexPlace> uppers, int attempt) {
        List<RecordId> rows =
                uppers.stream().map(upper -> bucketRow(kind, upper)).toList();
        return reader.fields(rows, "data").thenCompose(values -> {
            List<Bucket> found = new ArrayList<>(uppers.size());
            for (int i = 0; i < uppers.size(); i++) {
                byte[] stored = values.get(i);
                if (stored != null) {
                    try {
                        found.add(Bucket.of(uppers.get(i), Checksum.open(rows.get(i), stored)));
                    } catch (StorageException e) {
                        if (attempt == MAX_MENDINGS) {
                            throw e;
                        }
                        return mend(kind, uppers.get(i)).thenCompose(done -> part(kind, uppers, attempt + 1));
                    }
                }
            }
            return CompletableFuture.completedFuture(found);
        });
    }

    /**
     * Writes buckets in place of others.
     *
     * @param rows of buckets that were read
     * @param known their revisions then
     * @param revision of those written
     * @return whether none had another revision by now
     */
    CompletableFuture<Boolean> write(
            IndexKind kind, List<RecordId> rows, List<?> known, List<Bucket> buckets, long revision) {
        List<Object> put = new ArrayList<>();
        buckets.forEach(bucket -> put.add(row(kind, bucket, revision)));
        return write(rows, known, put);
    }

    Map<String, Object> row(IndexKind kind, Bucket bucket, long revision) {
        RecordId row = bucketRow(kind, bucket.upper());
        return Map.of("id", row.key(), "rev", revision, "data", Checksum.seal(row, bucket.toBytes()));
    }

    /** As {@link #write(IndexKind, List, List, List, long)}, of rows that are made already. */
    CompletableFuture<Boolean> write(List<RecordId> rows, List<?> known, List<Object> put) {
        return session.query(WRITE, Map.of("rows", rows, "known", known, "put", put))
                .thenApply(results -> true)
                .exceptionallyCompose(failure -> isStale(failure)
                        ? CompletableFuture.completedFuture(false)
                        : CompletableFuture.failedFuture(failure));
    }

    private static boolean isStale(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof QueryFailedException refused && refused.error().isThrown(WriteStatements.STALE);
    }

    /** Takes journals. */
    interface JournalTaker {
        /** One is there. */
        void journal(RecordId row, byte[] bytes);

        /** One is there that cannot be read. What it says is found again when the space is next opened. */
        default void damaged(RecordId row, StorageException why) {
            LOG.warn("journal {} of an index: {}", row.key(), why.getMessage());
        }
    }

    /** Reads all journals of the space that are wanted. */
    CompletableFuture<Void> journals(Predicate<RecordId> wanted, JournalTaker taker) {
        return journals(space.key(new byte[0]), space.key(StoredForm.behindAll()), wanted, taker);
    }

    /** Reads the journals of a lane behind a transaction. */
    CompletableFuture<Void> journals(RecordId lane, long after, JournalTaker taker) {
        byte[] owner = lane.bytesAt(1);
        Object number = StoreReader.list(lane.key()).get(2);
        return journals(
                space.journal(owner, number, after).key(),
                space.journal(owner, number, Long.MAX_VALUE).key(),
                row -> true,
                taker);
    }

    private CompletableFuture<Void> journals(Object after, Object end, Predicate<RecordId> wanted, JournalTaker taker) {
        return session.query(JOURNALS, Map.of("after", after, "end", end)).thenCompose(results -> {
            List<?> page = StoreReader.list(results.get(0));
            List<RecordId> rows = new ArrayList<>();
            List<Long> sizes = new ArrayList<>();
            for (Object each : page) {
                RecordId row =
                        new RecordId(Tables.JOURNAL, StoreReader.list(each).get(0));
                if (wanted.test(row)) {
                    rows.add(row);
                    sizes.add(StoreReader.number(StoreReader.list(each).get(1)));
                }
            }
            CompletableFuture<?> read = StoreReader.inParts(rows, sizes, part -> journals(part, taker));
            if (page.size() < PAGE_KEYS) {
                return read.thenApply(all -> null);
            }
            Object last = StoreReader.list(page.get(page.size() - 1)).get(0);
            return read.thenCompose(all -> journals(last, end, wanted, taker));
        });
    }

    /** Rows that were merged in between are left out. */
    private CompletableFuture<List<RecordId>> journals(List<RecordId> rows, JournalTaker taker) {
        return reader.fields(rows, "data").thenApply(values -> {
            for (int i = 0; i < rows.size(); i++) {
                byte[] sealed = values.get(i);
                if (sealed != null) {
                    take(rows.get(i), sealed, taker);
                }
            }
            return List.of();
        });
    }

    /** One that is damaged must not keep the others from being read. */
    private static void take(RecordId row, byte[] sealed, JournalTaker taker) {
        byte[] bytes;
        try {
            bytes = Checksum.open(row, sealed);
            Journal.items(bytes);
        } catch (StorageException e) {
            taker.damaged(row, e);
            return;
        }
        taker.journal(row, bytes);
    }
}
