// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.StoredEntry;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Adds and removes entries within a transaction. Belongs to the writer's thread. */
final class EntryWriter {
    private final Statements statements;
    private final EntryIndexes indexes;

    EntryWriter(Statements statements, EntryIndexes indexes) {
        this.statements = statements;
        this.indexes = indexes;
    }

    EntryIndexes indexes() {
        return indexes;
    }

    /** Returns the indices of those that were not there. */
    BitSet add(List<StoredEntry> entries) throws SQLException {
        BitSet added = new BitSet(entries.size());
        PreparedStatement add = statements.of(Sql.ADD_ENTRY);
        for (int i = 0; i < entries.size(); i++) {
            StoredEntry entry = entries.get(i);
            byte[] id = entry.id().toBytes();
            if (rowInMemory(id).isEmpty() && add(add, entry, id)) {
                added.set(i);
            }
        }
        return added;
    }

    private boolean add(PreparedStatement add, StoredEntry entry, byte[] id) throws SQLException {
        byte[] blobHash = entry.blobHash().toBytes();
        add.setLong(1, indexes.nextSeq());
        add.setBytes(3, id);
        add.setBytes(4, blobHash);
        byte[] envelope = entry.envelope();
        byte @Nullable [] blob = entry.blob().orElse(null);
        long time = StoredForm.time(entry.time());
        add.setLong(2, time);
        add.setBytes(5, envelope);
        add.setBytes(6, blob);
        add.setLong(7, StoredForm.prefix(id));
        add.setLong(8, RowCrc.entry(time, id, blobHash, envelope, blob));
        boolean added = add.executeUpdate() == 1;
        if (added) {
            indexes.add(entry, id, blobHash);
        }
        return added;
    }

    void remove(List<EntryId> entries) throws SQLException {
        for (EntryId entry : entries) {
            byte[] id = entry.toBytes();
            Optional<Row> row = row(id);
            if (row.isPresent()) {
                remove(id, row.get());
            }
        }
    }

    private void remove(byte[] id, Row row) throws SQLException {
        PreparedStatement remove = statements.of(Sql.REMOVE_ENTRY);
        remove.setLong(1, row.seq);
        remove.executeUpdate();
        indexes.byId().remove(EntryIndexes.idKey(id, row.seq), LateIndex.Change.by(statements.of(Sql.REMOVE_BY_ID)));
        if (row.blobHash != null) {
            indexes.byBlob()
                    .remove(
                            EntryIndexes.blobKey(row.blobHash, row.time, row.seq),
                            LateIndex.Change.by(statements.of(Sql.REMOVE_BY_BLOB)));
        }
    }

    /** What of a row leads to its keys. */
    private static final class Row {
        final long seq;
        final long time;
        final byte @Nullable [] blobHash;

        Row(ResultSet row) throws SQLException {
            seq = row.getLong(1);
            time = row.getLong(2);
            blobHash = row.getInt(4) == 0 ? row.getBytes(3) : null;
        }
    }

    private Optional<Row> row(byte[] id) throws SQLException {
        Optional<Row> row = rowInMemory(id);
        return row.isPresent() ? row : row(Sql.ROW_OF_ID, StoredForm.prefix(id), id);
    }

    /** Looks for the row by a key that is not in the file yet. */
    private Optional<Row> rowInMemory(byte[] id) throws SQLException {
        for (LateIndex.Key key : indexes.byId().candidates(StoredForm.prefix(id))) {
            Optional<Row> row = row(Sql.ROW_OF_SEQ, key.seq(), id);
            if (row.isPresent()) {
                return row;
            }
        }
        return Optional.empty();
    }

    private Optional<Row> row(String sql, long number, byte[] id) throws SQLException {
        PreparedStatement statement = statements.of(sql);
        statement.setLong(1, number);
        statement.setBytes(2, id);
        try (ResultSet found = statement.executeQuery()) {
            return found.next() ? Optional.of(new Row(found)) : Optional.empty();
        }
    }
}
