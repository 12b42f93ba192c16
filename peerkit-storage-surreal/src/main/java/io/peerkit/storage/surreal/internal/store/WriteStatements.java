// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.storage.surreal.internal.index.Journal;
import io.peerkit.storage.surreal.internal.index.Removal;
import io.peerkit.storage.surreal.internal.rpc.QueryFailedException;
import io.peerkit.storage.surreal.internal.session.Query;
import io.peerkit.storage.surreal.internal.value.Absent;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Stream;

/** A group as statements. Everything is inserted with {@code INSERT}, so that an entry that is there already fails the transaction. */
final class WriteStatements {
    /** Thrown by a transaction that was carried out before. */
    static final String DONE = "peerkit:done";

    /** Thrown when somebody took the space over. */
    static final String LOST = "peerkit:lost";

    /** Thrown when an entry that is to be removed is not what it was. */
    static final String STALE = "peerkit:stale";

    /** Thrown when a record is not as a condition wants it. */
    static final String UNEXPECTED = "peerkit:unexpected";

    static final String FENCE = """
            LET $was = $lane.seq;
            IF $was = NONE { THROW '%s' };
            IF $was >= $seq { THROW '%s' };""".formatted(LOST, DONE);

    private static final String SET_AGENTS_BEGIN = "FOR $card IN ";

    /** Two statements for a card that is newer, and the removal of what it replaces. */
    private static final String SET_AGENTS_END = """
             {
                LET $issued = $card.row.issued;
                IF $issued = NONE OR $issued < $card.issued {
                    IF $issued != NONE {
                        LET $old = type::record('%1$s', [$space, $card.row.place]);
                        DELETE $old RETURN NONE;
                    };
                    LET $new = type::record('%1$s', [$space, $card.place]);
                    UPSERT $card.row SET issued = $card.issued, place = $card.place, card = $card.card RETURN NONE;
                    UPSERT $new RETURN NONE;
                };
            }""".formatted(Tables.AGENT_ORDER);

    private static final String REMOVE_AGENTS_END = """
             {
                LET $place = $agent.place;
                IF $place != NONE {
                    LET $old = type::record('%s', [$space, $place]);
                    DELETE $old RETURN NONE;
                    DELETE $agent RETURN NONE;
                };
            }""".formatted(Tables.AGENT_ORDER);

    private static final String REPLACE = " ON DUPLICATE KEY UPDATE value = $input.value RETURN NONE";

    /** What keys and names of a row take in a frame, about. */
    private static final long ROW_BYTES = 400;

    private final Space space;
    private final boolean tellsKeys;

    /**
     * Writes for a space.
     *
     * @param space whose rows
     * @param tellsKeys whether others are to learn which entries came and went
     */
    WriteStatements(Space space, boolean tellsKeys) {
        this.space = space;
        this.tellsKeys = tellsKeys;
    }

    /**
     * A transaction.
     *
     * @param queries that belong in it
     * @param row where it leaves its journal
     * @param journal what it does to the indexes; nothing when it is not about entries
     */
    record Prepared(List<Query> queries, RecordId row, Optional<byte[]> journal) {}

    /**
     * Makes a transaction.
     *
     * @param group what to write
     * @param there those of its entries, removed ones too, that are known to be there
     * @param lane over which
     * @param seq its number there
     * @return what to send
     */
    Prepared of(WriteGroup group, Map<EntryId, Removal> there, Lane lane, long seq) {
        List<Removal> removed = group.removedEntries.stream()
                .flatMap(id -> Stream.ofNullable(there.get(id)))
                .toList();
        List<StoredEntry> added = group.entries.values().stream()
                .filter(entry -> !there.containsKey(entry.id()) || group.removedEntries.contains(entry.id()))
                .toList();
        TransactionBuilder out = new TransactionBuilder(Map.of("space", space.name(), "lane", lane.row(), "seq", seq));
        out.add(FENCE);
        conditions(out, group.conditions());
        removeEntries(out, removed);
        insert(
                out,
                Tables.TIMELINE,
                added,
                entry -> ROW_BYTES + entry.bytes(),
                entry -> sealed(space.id(Tables.TIMELINE, StoredForm.key(entry.key())), "data", StoredForm.data(entry)),
                "");
        RecordId row = lane.journal(space, seq);
        Optional<byte[]> journal =
                added.isEmpty() && removed.isEmpty() ? Optional.empty() : Optional.of(Journal.pack(added, removed));
        journal.ifPresent(packed -> insert(
                out,
                Tables.JOURNAL,
                List.of(packed),
                bytes -> ROW_BYTES + bytes.length,
                bytes -> sealed(row, "data", bytes),
                ""));
        rest(out, group);
        finish(out, lane.row(), added, removed);
        return new Prepared(out.build(), row, journal);
    }

    /** The records are written by the same transaction, so that one that changes them meanwhile collides with it. */
    private void conditions(TransactionBuilder out, List<RecordCondition> conditions) {
        out.add(
                "LET $wanted = ",
                conditions,
                condition -> ROW_BYTES
                        + condition.expected().map(bytes -> bytes.length).orElse(0),
                condition -> {
                    RecordId row = space.record(condition.key());
                    Optional<Object> expected = condition.expected().map(value -> Checksum.seal(row, value));
                    return Map.of("row", row, "value", expected.orElse(Absent.NONE));
                },
                """
                ;
                LET $rows = $wanted.row;
                LET $found = $rows.value;
                LET $expected = $wanted.value;
                IF $found != $expected { THROW '%s' }""".formatted(UNEXPECTED));
    }

    private void removeEntries(TransactionBuilder out, List<Removal> removed) {
        out.add("LET $gone = ", removed, removal -> ROW_BYTES, this::row, """
                ;
                LET $now = $gone.id;
                IF $now != $gone { THROW '%s' }""".formatted(STALE));
        delete(out, removed, this::row);
    }

    private RecordId row(Removal removal) {
        return space.id(Tables.TIMELINE, StoredForm.key(removal.entry()));
    }

    private void rest(TransactionBuilder out, WriteGroup group) {
        delete(out, List.copyOf(group.removedMetadata), name -> space.id(Tables.METADATA, name));
        insert(
                out,
                Tables.METADATA,
                group.metadata.entrySet(),
                item -> ROW_BYTES + item.getValue().length,
                item -> sealed(space.id(Tables.METADATA, item.getKey()), "value", item.getValue()),
                REPLACE);
        out.add(
                "FOR $agent IN ",
                List.copyOf(group.removedAgents),
                agent -> ROW_BYTES,
                agent -> space.id(Tables.AGENT, agent.toBytes()),
                REMOVE_AGENTS_END);
        out.add(
                SET_AGENTS_BEGIN,
                List.copyOf(group.agents.values()),
                card -> ROW_BYTES + card.encoded().length,
                this::card,
                SET_AGENTS_END);
        List<Map.Entry<io.peerkit.api.storage.RecordKey, byte[]>> set = new ArrayList<>();
        List<io.peerkit.api.storage.RecordKey> gone = new ArrayList<>();
        group.records.forEach(
                (key, value) -> value.ifPresentOrElse(bytes -> set.add(Map.entry(key, bytes)), () -> gone.add(key)));
        delete(out, gone, space::record);
        insert(
                out,
                Tables.RECORD,
                set,
                item -> ROW_BYTES + item.getValue().length,
                item -> sealed(space.record(item.getKey()), "value", item.getValue()),
                REPLACE);
        delete(out, List.copyOf(group.removedChunks), hash -> chunk(hash));
        out.add(
                "INSERT IGNORE INTO " + Tables.CHUNK + " ",
                List.copyOf(group.chunks.values()),
                chunk -> ROW_BYTES + chunk.bytes().length,
                chunk -> Map.of(
                        "id", space.key(chunk.hash().toBytes()),
                        "size", chunk.bytes().length,
                        "data", Checksum.seal(chunk(chunk.hash()), chunk.bytes())),
                " RETURN NONE");
    }

    /** What is inserted as a row of one field. */
    static Map<String, Object> sealed(RecordId row, String field, byte[] value) {
        return Map.of("id", row.key(), field, Checksum.seal(row, value));
    }

    private RecordId chunk(BlobHash hash) {
        return space.id(Tables.CHUNK, hash.toBytes());
    }

    private Map<String, Object> card(AgentInfo card) {
        Map<String, Object> fields = new LinkedHashMap<>();
        RecordId row = space.id(Tables.AGENT, card.agentId().toBytes());
        long issued = card.issuedAt().toEpochMilli();
        fields.put("row", row);
        fields.put("issued", issued);
        fields.put("place", StoredForm.place(card));
        fields.put("card", Checksum.seal(row, card.encoded(), issued));
        return fields;
    }

    private void finish(TransactionBuilder out, RecordId lane, List<StoredEntry> added, List<Removal> removed) {
        String set = "UPDATE $lane SET seq = $seq, entries += " + (added.size() - removed.size());
        if (tellsKeys) {
            byte[] keys = new byte[StoredForm.KEY_BYTES * added.size()];
            for (int i = 0; i < added.size(); i++) {
                StoredForm.putKey(keys, StoredForm.KEY_BYTES * i, added.get(i).key());
            }
            byte[] gone = new byte[StoredForm.KEY_BYTES * removed.size()];
            for (int i = 0; i < removed.size(); i++) {
                StoredForm.putKey(gone, StoredForm.KEY_BYTES * i, removed.get(i).entry());
            }
            out.add(
                    "FOR $told IN ",
                    List.of(Map.<String, Object>of("added", orNone(lane, keys), "removed", orNone(lane, gone))),
                    told -> (long) keys.length + gone.length,
                    told -> told,
                    " { " + set + ", added = $told.added, removed = $told.removed RETURN NONE; }");
        } else {
            out.add(set + " RETURN NONE;");
        }
    }

    /** Whether a transaction failed because it had been carried out. */
    static boolean isDone(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof QueryFailedException refused && refused.error().isThrown(DONE);
    }

    private static Object orNone(RecordId lane, byte[] bytes) {
        return bytes.length == 0 ? Absent.NONE : Checksum.seal(lane, bytes);
    }

    private <T> void insert(
            TransactionBuilder out,
            String table,
            Collection<T> rows,
            java.util.function.ToLongFunction<T> bytes,
            Function<T, Object> row,
            String duplicates) {
        out.add(
                "INSERT INTO " + table + " ",
                List.copyOf(rows),
                bytes,
                row,
                duplicates.isEmpty() ? " RETURN NONE" : duplicates);
    }

    private static <T> void delete(TransactionBuilder out, List<T> things, Function<T, Object> row) {
        out.add("DELETE ", things, thing -> ROW_BYTES, row, " RETURN NONE");
    }
}
