// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.internal.index.Bucket;
import io.peerkit.storage.surreal.internal.index.BucketDirectory;
import io.peerkit.storage.surreal.internal.index.IndexKind;
import io.peerkit.storage.surreal.internal.index.IndexLimits;
import io.peerkit.storage.surreal.internal.index.IndexPlace;
import io.peerkit.storage.surreal.internal.index.IndexRecord;
import io.peerkit.storage.surreal.internal.index.Journal;
import io.peerkit.storage.surreal.internal.index.PendingIndex;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the records of entries, in memory and in buckets. What it finds may be no more, or not be what was meant: ask the entry's row.
 * Belongs to the session's thread.
 */
final class EntryIndex {
    /** How often reading begins anew because somebody split a bucket meanwhile. */
    private static final int MAX_ATTEMPTS = 16;

    /** The most records of a blob that are given at a time. */
    static final int PAGE_RECORDS = 16;

    private static final Logger LOG = LoggerFactory.getLogger(EntryIndex.class);

    private final PendingIndex<RecordId> pending;
    private final BucketDirectory directory = new BucketDirectory();
    private final IndexLimits limits;
    private final IndexTables tables;
    private final Optional<SharedJournals> others;
    private final byte[] self;
    private final Set<String> adopted = new HashSet<>();
    private final List<RecordId> damaged = new ArrayList<>();

    /**
     * Makes one that knows nothing yet.
     *
     * @param self the owner whose journals are ours
     * @param shared whether others may write to the space
     */
    EntryIndex(
            SurrealSession session,
            Space space,
            StoreReader reader,
            IndexTables tables,
            IndexLimits limits,
            byte[] self,
            boolean shared) {
        this.tables = tables;
        this.limits = limits;
        this.self = self.clone();
        pending = new PendingIndex<>(limits);
        tables.mendBy(new BucketRepair(session, space, reader, tables, directory, limits)::mend);
        others = shared
                ? Optional.of(new SharedJournals(session, space, tables, pending, this::isOthers))
                : Optional.empty();
    }

    /**
     * Reads what is there.
     *
     * @param alive owners that have the space open beside us and merge their journals themselves
     */
    CompletableFuture<Void> load(Collection<byte[]> alive) {
        Set<String> live = new HashSet<>();
        alive.forEach(owner -> live.add(HexFormat.of().formatHex(owner)));
        return tables.loadDirectory(directory)
                .thenCompose(done -> tables.journals(row -> !live.contains(owner(row)), new IndexTables.JournalTaker() {
                    @Override
                    public void journal(RecordId row, byte[] journal) {
                        adopted.add(owner(row));
                        pending.add(row, journal);
                    }

                    @Override
                    public void damaged(RecordId row, StorageException why) {
                        LOG.warn("journal {} of an index is replaced: {}", row.key(), why.getMessage());
                        adopted.add(owner(row));
                        damaged.add(row);
                    }
                }));
    }

    /** Journals that could not be read at {@link #load}: entries may have no record until they are replaced. */
    List<RecordId> damaged() {
        return List.copyOf(damaged);
    }

    private boolean isOthers(RecordId row) {
        return !owner(row).equals(HexFormat.of().formatHex(self)) && !adopted.contains(owner(row));
    }

    private static String owner(RecordId row) {
        return HexFormat.of().formatHex(row.bytesAt(1));
    }

    PendingIndex<RecordId> pending() {
        return pending;
    }

    BucketDirectory directory() {
        return directory;
    }

    IndexLimits limits() {
        return limits;
    }

    /** Whether writing should wait for merging. */
    boolean isFull() {
        return pending.isFull(directory);
    }

    /**
     * Finds records by id.
     *
     * @return for each id those whose ids begin so, none twice
     */
    CompletableFuture<Map<EntryId, List<IndexRecord>>> ofIds(Collection<EntryId> ids) {
        return upToDate(() -> ofIds(ids, 1));
    }

    private CompletableFuture<Map<EntryId, List<IndexRecord>>> ofIds(Collection<EntryId> ids, int attempt) {
        Map<EntryId, Map<IndexPlace, IndexRecord>> found = new HashMap<>();
        Set<IndexPlace> uppers = new LinkedHashSet<>();
        for (EntryId id : ids) {
            long prefix = Journal.prefix(id);
            Map<IndexPlace, IndexRecord> records = found.computeIfAbsent(id, first -> new TreeMap<>());
            pending.byId(prefix).forEach(record -> records.put(record.place(), record));
            uppers.addAll(bucketsOf(prefix));
        }
        return tables.buckets(IndexKind.ID, uppers, limits.bucketRecords()).thenCompose(buckets -> {
            boolean whole = true;
            for (Map.Entry<EntryId, Map<IndexPlace, IndexRecord>> each : found.entrySet()) {
                whole &= take(Journal.prefix(each.getKey()), buckets, each.getValue());
            }
            if (!whole) {
                return again(attempt, () -> ofIds(ids, attempt + 1));
            }
            Map<EntryId, List<IndexRecord>> all = new HashMap<>();
            found.forEach((id, records) -> all.put(id, List.copyOf(records.values())));
            return CompletableFuture.completedFuture(all);
        });
    }

    private List<IndexPlace> bucketsOf(long prefix) {
        return directory.bucketsOf(IndexKind.ID, IndexPlace.firstOf(prefix), IndexPlace.lastOf(prefix));
    }

    /** Takes the records of a hash from its buckets; false when they leave a gap, as another process has split one. */
    private boolean take(long prefix, Map<IndexPlace, Bucket> buckets, Map<IndexPlace, IndexRecord> records) {
        Optional<IndexPlace> before = Optional.empty();
        for (IndexPlace upper : bucketsOf(prefix)) {
            Bucket bucket = buckets.get(upper);
            if (bucket == null && directory.size(IndexKind.ID) == 0) {
                return true;
            }
            if (bucket == null
                    || !(before.isPresent()
                            ? bucket.low().equals(before)
                            : bucket.covers(IndexPlace.firstOf(prefix)))) {
                return false;
            }
            bucket.records().stream()
                    .filter(record -> record.place().first() == prefix)
                    .forEach(record -> records.merge(record.place(), record, IndexRecord::larger));
            before = Optional.of(upper);
        }
        return true;
    }

    /**
     * Some records of one blob.
     *
     * @param records in order
     * @param reached behind which there may be more; nothing at the end
     */
    record Page(List<IndexRecord> records, Optional<IndexPlace> reached) {}

    /**
     * Finds records by blob, page by page.
     *
     * @param after where the page before ended
     */
    CompletableFuture<Page> ofBlob(BlobHash hash, Optional<IndexPlace> after) {
        return upToDate(() -> ofBlob(Journal.prefix(hash), after, 1));
    }

    private CompletableFuture<Page> ofBlob(long prefix, Optional<IndexPlace> after, int attempt) {
        TreeMap<IndexPlace, IndexRecord> found = new TreeMap<>();
        pending.byBlob(prefix, after, PAGE_RECORDS).forEach(record -> found.put(record.place(), record));
        IndexPlace from = after.orElse(IndexPlace.firstOf(prefix));
        IndexPlace upper = after.map(place -> directory.bucketBehind(IndexKind.BLOB, place))
                .orElseGet(() -> directory.bucketOf(IndexKind.BLOB, from));
        boolean isFirst = directory.size(IndexKind.BLOB) == 0;
        return tables.buckets(IndexKind.BLOB, List.of(upper), limits.bucketRecords())
                .thenCompose(buckets -> {
                    Bucket bucket = buckets.getOrDefault(upper, Bucket.empty());
                    boolean isMissing = !buckets.containsKey(upper) && !isFirst;
                    if (isMissing || !(bucket.covers(from) || bucket.low().equals(after))) {
                        return again(attempt, () -> ofBlob(prefix, after, attempt + 1));
                    }
                    bucket.records().stream()
                            .filter(record -> record.place().first() == prefix
                                    && after.filter(place -> place.compareTo(record.place()) >= 0)
                                            .isEmpty())
                            .forEach(record -> found.merge(record.place(), record, IndexRecord::larger));
                    IndexPlace last = IndexPlace.lastOf(prefix);
                    IndexPlace end = upper.compareTo(last) < 0 ? upper : last;
                    List<IndexRecord> records =
                            new ArrayList<>(found.headMap(end, true).values());
                    if (records.size() >= PAGE_RECORDS) {
                        records = records.subList(0, PAGE_RECORDS);
                        end = records.get(PAGE_RECORDS - 1).place();
                    }
                    return CompletableFuture.completedFuture(
                            new Page(records, end.equals(last) ? Optional.empty() : Optional.of(end)));
                });
    }

    private <T> CompletableFuture<T> upToDate(Supplier<CompletableFuture<T>> lookup) {
        return others.map(journals -> journals.look().thenCompose(done -> lookup.get()))
                .orElseGet(lookup);
    }

    private <T> CompletableFuture<T> again(int attempt, Supplier<CompletableFuture<T>> lookup) {
        if (attempt == MAX_ATTEMPTS) {
            return CompletableFuture.failedFuture(
                    new StorageException("the buckets of an index do not fit together, or change all the time"));
        }
        return tables.loadDirectory(directory).thenCompose(done -> lookup.get());
    }
}
