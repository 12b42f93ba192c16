// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.storage.surreal.internal.index.Bucket;
import io.peerkit.storage.surreal.internal.index.BucketDirectory;
import io.peerkit.storage.surreal.internal.index.IndexKind;
import io.peerkit.storage.surreal.internal.index.IndexLimits;
import io.peerkit.storage.surreal.internal.index.IndexPlace;
import io.peerkit.storage.surreal.internal.index.IndexRecord;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a damaged bucket anew from the entries themselves. Its lower end is where the bucket before ends; it is written only if it still has
 * the revision that it had before the entries were looked at. Belongs to the session's thread.
 */
final class BucketRepair {
    private static final Logger LOG = LoggerFactory.getLogger(BucketRepair.class);

    private final SurrealSession session;
    private final Space space;
    private final StoreReader reader;
    private final IndexTables tables;
    private final BucketDirectory directory;
    private final IndexLimits limits;

    /** Of those who come upon one bucket at a time, one mends it. */
    private final Map<RecordId, CompletableFuture<Void>> running = new HashMap<>();

    BucketRepair(
            SurrealSession session,
            Space space,
            StoreReader reader,
            IndexTables tables,
            BucketDirectory directory,
            IndexLimits limits) {
        this.session = session;
        this.space = space;
        this.reader = reader;
        this.tables = tables;
        this.directory = directory;
        this.limits = limits;
    }

    /** Completes when the bucket was written, by this or somebody else: it has to be read again. */
    CompletableFuture<Void> mend(IndexKind kind, IndexPlace upper) {
        RecordId row = tables.bucketRow(kind, upper);
        CompletableFuture<Void> known = running.get(row);
        if (known != null) {
            return known;
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        running.put(row, done);
        LOG.warn("space {}: bucket {} of an index is damaged and made anew", space.name(), row.key());
        var unused = session.query("RETURN $row.rev", Map.of("row", row))
                .thenCompose(results -> tables.loadDirectory(directory)
                        .thenCompose(loaded -> records(kind, directory.bucketBefore(kind, upper), upper))
                        .thenCompose(records -> write(kind, upper, row, results.get(0), records)))
                .whenComplete((written, failure) -> {
                    running.remove(row);
                    if (failure == null) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(StoreFailure.of(failure));
                    }
                });
        return done;
    }

    private CompletableFuture<List<IndexRecord>> records(IndexKind kind, Optional<IndexPlace> low, IndexPlace upper) {
        Bucket range = new Bucket(low, upper, List.of());
        List<IndexRecord> records = new ArrayList<>();
        TimelineWalk walk = new TimelineWalk(session, space, reader, found -> {
            for (TimelineWalk.Found each : found) {
                each.record()
                        .index(kind)
                        .filter(record -> range.covers(record.place()))
                        .ifPresent(records::add);
            }
            return CompletableFuture.completedFuture(null);
        });
        return walk.run().thenApply(done -> {
            records.sort(Comparator.comparing(IndexRecord::place));
            return records;
        });
    }

    private CompletableFuture<Void> write(
            IndexKind kind, IndexPlace upper, RecordId row, Object revision, List<IndexRecord> records) {
        Bucket empty = new Bucket(directory.bucketBefore(kind, upper), upper, List.of());
        List<Bucket> mended = empty.merged(records, Set.of(), limits.bucketRecords());
        long next = revision instanceof Long number ? number + 1 : 1;
        return tables.write(kind, List.of(row), List.of(revision), mended, next).thenAccept(written -> {
            if (written) {
                directory.add(kind, mended.stream().map(Bucket::upper).toList());
                LOG.warn("space {}: a bucket was made anew with {} records", space.name(), records.size());
            }
        });
    }
}
