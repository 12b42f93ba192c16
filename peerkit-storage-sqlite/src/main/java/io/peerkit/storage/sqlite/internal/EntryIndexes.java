// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.storage.StoredEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The two indexes over hashes of a store's entries. */
final class EntryIndexes {
    private final LateIndex byId;
    private final LateIndex byBlob;
    private long lastSeq;
    private long committedSeq;

    private EntryIndexes(LateIndex byId, LateIndex byBlob, long lastSeq) {
        this.byId = byId;
        this.byBlob = byBlob;
        this.lastSeq = lastSeq;
        committedSeq = lastSeq;
    }

    /** Reads the rows whose keys may not be in the file, and puts into memory what is not. */
    static EntryIndexes read(Connection connection, int mostRecent) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            long throughId;
            long throughBlob;
            try (ResultSet indexed = statement.executeQuery(Sql.INDEXED)) {
                if (!indexed.next()) {
                    throw new SQLException("the table state is empty");
                }
                throughId = indexed.getLong(1);
                throughBlob = indexed.getLong(2);
            }
            long last;
            try (ResultSet row = statement.executeQuery(Sql.LAST_SEQ)) {
                row.next();
                last = row.getLong(1);
            }
            EntryIndexes indexes = new EntryIndexes(
                    new LateIndex(throughId, mostRecent),
                    new LateIndex(throughBlob, mostRecent),
                    Math.max(last, Math.max(throughId, throughBlob)));
            indexes.readRows(connection, Math.min(throughId, throughBlob));
            return indexes;
        }
    }

    private void readRows(Connection connection, long from) throws SQLException {
        try (PreparedStatement rows = connection.prepareStatement(Sql.UNINDEXED);
                PreparedStatement inById = connection.prepareStatement(Sql.IS_IN_BY_ID);
                PreparedStatement inByBlob = connection.prepareStatement(Sql.IS_IN_BY_BLOB)) {
            rows.setLong(1, from);
            try (ResultSet row = rows.executeQuery()) {
                while (row.next()) {
                    long seq = row.getLong(1);
                    addUnlessThere(byId, idKey(row.getBytes(3), seq), inById);
                    if (row.getInt(5) == 0) {
                        addUnlessThere(byBlob, blobKey(row.getBytes(4), row.getLong(2), seq), inByBlob);
                    }
                }
            }
        }
        byId.loaded(lastSeq);
        byBlob.loaded(lastSeq);
    }

    private static void addUnlessThere(LateIndex index, LateIndex.Key key, PreparedStatement there)
            throws SQLException {
        there.setLong(1, key.prefix());
        there.setLong(2, key.time());
        there.setLong(3, key.seq());
        try (ResultSet found = there.executeQuery()) {
            if (!found.next()) {
                index.add(key);
            }
        }
    }

    static LateIndex.Key idKey(byte[] id, long seq) {
        return new LateIndex.Key(StoredForm.prefix(id), 0, seq);
    }

    /** A key of the index by blob; {@code time} in stored form. */
    static LateIndex.Key blobKey(byte[] hash, long time, long seq) {
        return new LateIndex.Key(StoredForm.prefix(hash), time, seq);
    }

    LateIndex byId() {
        return byId;
    }

    LateIndex byBlob() {
        return byBlob;
    }

    /** The number of the next row. */
    long nextSeq() {
        return lastSeq + 1;
    }

    /** Takes up the keys of an entry that was written to the next row. */
    void add(StoredEntry entry, byte[] id, byte[] blobHash) {
        lastSeq++;
        byId.add(idKey(id, lastSeq));
        if (entry.blob().isPresent()) {
            byBlob.add(blobKey(blobHash, StoredForm.time(entry.time()), lastSeq));
        }
    }

    /** Writes a share of the keys to the file; the last step of a transaction. */
    void move(Statements statements) throws SQLException {
        long before = byId.through() + byBlob.through();
        byId.move(lastSeq, LateIndex.Change.by(statements.of(Sql.ADD_BY_ID)));
        byBlob.move(lastSeq, LateIndex.Change.by(statements.of(Sql.ADD_BY_BLOB)));
        if (byId.through() + byBlob.through() != before) {
            setIndexed(statements);
        }
    }

    /** Writes all keys to the file, so that the next opening has nothing to read. */
    void moveAll(Statements statements) throws SQLException {
        byId.moveAll(lastSeq, LateIndex.Change.by(statements.of(Sql.ADD_BY_ID)));
        byBlob.moveAll(lastSeq, LateIndex.Change.by(statements.of(Sql.ADD_BY_BLOB)));
        setIndexed(statements);
    }

    /** Whether the file lacks keys. */
    boolean isBehind() {
        return byId.through() < lastSeq || byBlob.through() < lastSeq;
    }

    private void setIndexed(Statements statements) throws SQLException {
        PreparedStatement set = statements.of(Sql.SET_INDEXED);
        set.setLong(1, byId.through());
        set.setLong(2, byBlob.through());
        set.executeUpdate();
    }

    void committed() {
        byId.committed();
        byBlob.committed();
        committedSeq = lastSeq;
    }

    void rolledBack() {
        byId.rolledBack();
        byBlob.rolledBack();
        lastSeq = committedSeq;
    }
}
