// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.storage.surreal.internal.index.Journal;
import io.peerkit.storage.surreal.internal.index.LaneMarks;
import io.peerkit.storage.surreal.internal.index.PendingIndex;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Knows the journals of other processes that have the space open too: before something is looked up, one small query tells whether there
 * are new ones. Belongs to the session's thread.
 */
final class SharedJournals {
    private static final String LOOK = """
            RETURN $space.opened;
            RETURN $space.merges;
            SELECT VALUE [id, seq] FROM type::record('%s', $from..$to);""".formatted(Tables.LANE);

    private final SurrealSession session;
    private final Space space;
    private final IndexTables tables;
    private final PendingIndex<RecordId> pending;
    private final Predicate<RecordId> isOthers;
    private final LaneMarks<String> marks = new LaneMarks<>();
    private Optional<CompletableFuture<Void>> waiting = Optional.empty();
    private boolean looking;

    /**
     * Makes one.
     *
     * @param isOthers whether a lane, or a journal, is neither ours nor of one whose journals we merge
     */
    SharedJournals(
            SurrealSession session,
            Space space,
            IndexTables tables,
            PendingIndex<RecordId> pending,
            Predicate<RecordId> isOthers) {
        this.session = session;
        this.space = space;
        this.tables = tables;
        this.pending = pending;
        this.isOthers = isOthers;
    }

    /** Completes when everything is known that others had committed before the call. */
    CompletableFuture<Void> look() {
        // A look under way may have passed what was committed since; those who come meanwhile share the next one.
        CompletableFuture<Void> next = waiting.orElseGet(CompletableFuture::new);
        waiting = Optional.of(next);
        if (!looking) {
            begin();
        }
        return next;
    }

    private void begin() {
        waiting.ifPresent(next -> {
            waiting = Optional.empty();
            looking = true;
            var unused = lookOnce().whenComplete((done, failure) -> {
                looking = false;
                begin();
                if (failure == null) {
                    next.complete(null);
                } else {
                    next.completeExceptionally(failure);
                }
            });
        });
    }

    private CompletableFuture<Void> lookOnce() {
        Map<String, Object> variables =
                Map.of("space", space.row(), "from", space.key(new byte[0]), "to", space.key(StoredForm.behindAll()));
        return session.query(LOOK, variables).thenCompose(results -> {
            Map<String, Long> lanes = new HashMap<>();
            Map<String, RecordId> rows = new HashMap<>();
            for (Object lane : StoreReader.list(results.get(2))) {
                List<?> fields = StoreReader.list(lane);
                if (fields.get(0) instanceof RecordId row && isOthers.test(row)) {
                    String name = HexFormat.of().formatHex(row.bytesAt(1)) + "/"
                            + StoreReader.list(row.key()).get(2);
                    lanes.put(name, StoreReader.number(fields.get(1)));
                    rows.put(name, row);
                }
            }
            LaneMarks.Seen<String> seen = new LaneMarks.Seen<>(countOf(results.get(0)), countOf(results.get(1)), lanes);
            return read(marks.toRead(seen), rows).thenRun(() -> marks.read(seen));
        });
    }

    private CompletableFuture<Void> read(LaneMarks.Reading<String> reading, Map<String, RecordId> rows) {
        if (reading.all()) {
            List<byte[]> journals = new ArrayList<>();
            return tables.journals(isOthers, (row, journal) -> journals.add(journal))
                    .thenRun(() -> pending.foreign(Journal.added(journals)));
        }
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (LaneMarks.Behind<String> behind : reading.behind()) {
            RecordId lane = Objects.requireNonNull(rows.get(behind.lane()));
            all = all.thenCompose(
                    before -> tables.journals(lane, behind.after(), (row, journal) -> pending.addForeign(journal)));
        }
        return all;
    }

    private static long countOf(Object value) {
        return value instanceof Long number ? number : 0;
    }
}
