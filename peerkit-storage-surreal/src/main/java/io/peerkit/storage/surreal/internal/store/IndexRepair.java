// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.EntryId;
import io.peerkit.storage.surreal.internal.index.IndexRecord;
import io.peerkit.storage.surreal.internal.index.Journal;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes good for journals that are damaged. Nobody can tell which entries were in them, so all entries are gone over; those without
 * a record get one, in a new journal, and the damaged ones are deleted behind the last of them. Records of entries that such a journal removed
 * stay, which are hints and do no harm. Belongs to the session's thread.
 */
final class IndexRepair {
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
        return new TimelineWalk(session, space, reader, this::addMissing)
                .run()
                .thenCompose(done -> commits.delete(damaged))
                .thenRun(() -> LOG.warn(
                        "space {}: {} damaged journals replaced, {} entries had no other record",
                        space.name(),
                        damaged.size(),
                        added));
    }

    private CompletableFuture<Void> addMissing(List<TimelineWalk.Found> found) {
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
