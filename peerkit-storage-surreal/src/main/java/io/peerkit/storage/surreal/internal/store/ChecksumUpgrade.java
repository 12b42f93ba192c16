// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts {@linkplain Checksum checksums} behind the values of a space that was written before there were any, version 2 and earlier. Goes over
 * all tables in their order; each transaction rewrites some rows and leaves in the space's row which was the last, so that a crash leaves no
 * row with two. What changed before nobody can tell: it is taken as it is found. Belongs to the session's thread.
 */
final class ChecksumUpgrade {
    /** Rows rewritten by one transaction, at most. */
    private static final int STEP_ROWS = 500;

    /** Steps between two messages of the log. */
    private static final int STEPS_TOLD = 100;

    /**
     * A field of bytes.
     *
     * @param table its table
     * @param name its name
     */
    private record Field(String table, String name) {}

    /** In the order of the walk; a position names one by its index. */
    private static final List<Field> FIELDS = List.of(
            new Field(Tables.TIMELINE, "data"),
            new Field(Tables.JOURNAL, "data"),
            new Field(Tables.INDEX, "data"),
            new Field(Tables.METADATA, "value"),
            new Field(Tables.RECORD, "value"),
            new Field(Tables.CHUNK, "data"),
            new Field(Tables.AGENT, "card"));

    private static final int AGENTS = FIELDS.size() - 1;

    private static final String PAGE =
            "SELECT VALUE [record::id(id), bytes::len(%s)] FROM type::record('%s', $after>..$end) LIMIT " + STEP_ROWS;

    private static final String WRITE = """
            BEGIN;
            %s
            FOR $each IN $changes { UPDATE $each.row SET %s = $each.bytes RETURN NONE; };
            UPDATE $space SET checked = $checked RETURN NONE;
            UPDATE $lane SET seq = $seq RETURN NONE;
            COMMIT;""";

    private static final Logger LOG = LoggerFactory.getLogger(ChecksumUpgrade.class);

    /**
     * How far it got.
     *
     * @param field index of the field that is under way
     * @param key the last that was rewritten, in its table
     */
    private record Position(int field, List<?> key) {
        static Position beginning(Space space, int field) {
            return new Position(field, List.of(space.name()));
        }
    }

    private final SurrealSession session;
    private final Space space;
    private final Lane lane;
    private final StoreReader reader;
    private int stepsLeft;
    private long rewritten;
    private int steps;

    ChecksumUpgrade(SurrealSession session, Lease lease, StoreReader reader) {
        this.session = session;
        this.space = lease.space();
        this.reader = reader;
        lane = lease.lanes().get(0);
    }

    /**
     * Goes on where it was, to the end.
     *
     * @param most steps to take; with fewer than there are it is not over
     * @return how many steps of those are left
     */
    CompletableFuture<Integer> run(int most) {
        stepsLeft = most;
        return session.query("RETURN $space.checked", Map.of("space", space.row()))
                .thenCompose(results -> walk(position(results.get(0))))
                .thenApply(done -> stepsLeft);
    }

    private Position position(Object stored) {
        if (!(stored instanceof List<?> position)) {
            return Position.beginning(space, 0);
        }
        return new Position((int) StoreReader.number(position.get(0)), StoreReader.list(position.get(1)));
    }

    private CompletableFuture<Void> walk(Position from) {
        if (from.field() == FIELDS.size() || stepsLeft == 0) {
            if (rewritten > 0) {
                LOG.info("space {}: {} values have checksums now", space.name(), rewritten);
            }
            return CompletableFuture.completedFuture(null);
        }
        Field field = FIELDS.get(from.field());
        // With a blank: it comes before all that a longer name could go on with.
        Map<String, Object> range = Map.of("after", from.key(), "end", List.of(space.name() + " "));
        return session.query(PAGE.formatted(field.name(), field.table()), range).thenCompose(results -> {
            List<RecordId> rows = new ArrayList<>();
            long bytes = 0;
            for (Object row : StoreReader.list(results.get(0))) {
                long size = StoreReader.number(StoreReader.list(row).get(1));
                if (!rows.isEmpty() && bytes + size > StoreReader.ANSWER_BYTES) {
                    break;
                }
                bytes += size;
                rows.add(new RecordId(field.table(), StoreReader.list(row).get(0)));
            }
            return rows.isEmpty()
                    ? walk(Position.beginning(space, from.field() + 1))
                    : step(from.field(), rows).thenCompose(this::walk);
        });
    }

    private CompletableFuture<Position> step(int index, List<RecordId> rows) {
        stepsLeft--;
        if (steps++ % STEPS_TOLD == 0) {
            LOG.info("space {}: {} values have got checksums", space.name(), rewritten);
        }
        Field field = FIELDS.get(index);
        CompletableFuture<List<?>> issued = index == AGENTS
                ? session.query("RETURN $rows.issued", Map.of("rows", rows))
                        .thenApply(results -> StoreReader.sized(StoreReader.list(results.get(0)), rows.size()))
                : CompletableFuture.completedFuture(List.of());
        return issued.thenCompose(times -> reader.fields(rows, field.name()).thenCompose(values -> {
            List<Object> changes = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                byte[] value = values.get(i);
                if (value != null) {
                    long[] more = index == AGENTS ? new long[] {StoreReader.number(times.get(i))} : new long[0];
                    changes.add(Map.of("row", rows.get(i), "bytes", Checksum.seal(rows.get(i), value, more)));
                }
            }
            return write(
                    field,
                    changes,
                    new Position(
                            index, StoreReader.list(rows.get(rows.size() - 1).key())));
        }));
    }

    private CompletableFuture<Position> write(Field field, List<Object> changes, Position reached) {
        Map<String, Object> variables = Map.of(
                "changes", changes,
                "space", space.row(),
                "checked", List.of(reached.field(), reached.key()),
                "lane", lane.row(),
                "seq", lane.next());
        return session.query(WRITE.formatted(WriteStatements.FENCE, field.name()), variables)
                .handle((done, failure) -> failure)
                .thenCompose(failure -> {
                    if (failure != null && !WriteStatements.isDone(failure)) {
                        return CompletableFuture.failedFuture(failure);
                    }
                    rewritten += changes.size();
                    return CompletableFuture.completedFuture(reached);
                });
    }
}
