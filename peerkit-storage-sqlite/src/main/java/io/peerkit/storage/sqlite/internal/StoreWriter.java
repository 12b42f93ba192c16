// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.AgentId;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out batches on the connection that writes. Belongs to one thread. */
final class StoreWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);

    private final Statements statements;
    private final EntryWriter entries;
    private final ChunkWriter chunks;

    /** Whether the file may have traces of what was removed. */
    private boolean removed;

    StoreWriter(Connection connection, EntryIndexes indexes, ChunkWriter chunks) throws SQLException {
        statements = new Statements(connection, Sql.WRITES);
        entries = new EntryWriter(statements, indexes);
        this.chunks = chunks;
        try (Statement statement = connection.createStatement();
                ResultSet state = statement.executeQuery(Sql.IS_REMOVED)) {
            removed = state.next() && state.getInt(1) != 0;
        }
    }

    /** Work within a transaction. */
    interface Work<T> {
        T run(Statements statements) throws SQLException, IOException;
    }

    /**
     * Commits batches in one transaction: when it returns, they are on the disk; when it throws, none of them is.
     *
     * @return for each batch the indices of its new entries
     */
    List<Optional<BitSet>> commit(List<PendingWrite> writes) throws SQLException, IOException {
        boolean traces = !removed && writes.stream().map(PendingWrite::batch).anyMatch(StoreWriter::leavesTraces);
        List<Optional<BitSet>> results = inTransaction(unused -> {
            if (traces) {
                markRemoved();
            }
            List<Optional<BitSet>> added = new ArrayList<>(writes.size());
            for (PendingWrite write : writes) {
                added.add(hold(write.conditions()) ? Optional.of(apply(write.batch())) : Optional.empty());
            }
            return added;
        });
        removed |= traces;
        return results;
    }

    /** Rows that are set again leave traces as those that go. Of chunks the file has only places. */
    private static boolean leavesTraces(WriteBatch batch) {
        return !batch.removedEntries().isEmpty()
                || !batch.removedMetadata().isEmpty()
                || !batch.removedAgents().isEmpty()
                || !batch.removedRecords().isEmpty()
                || !batch.records().isEmpty();
    }

    private void markRemoved() throws SQLException {
        PreparedStatement set = statements.of(Sql.SET_REMOVED);
        set.setInt(1, 1);
        set.executeUpdate();
    }

    /** Does work in one transaction: when it returns, it is on the disk; when it throws, nothing of it is. */
    <T> T inTransaction(Work<T> work) throws SQLException, IOException {
        try {
            statements.of(Sql.BEGIN).execute();
            T result = work.run(statements);
            entries.indexes().move(statements);
            chunks.force();
            statements.of(Sql.COMMIT).execute();
            entries.indexes().committed();
            chunks.committed();
            return result;
        } catch (SQLException | IOException | RuntimeException | Error e) {
            rollBack();
            throw e;
        }
    }

    private boolean hold(List<RecordCondition> conditions) throws SQLException {
        for (RecordCondition condition : conditions) {
            if (!condition.holdsFor(StoreReader.record(statements, condition.key()))) {
                return false;
            }
        }
        return true;
    }

    private BitSet apply(WriteBatch batch) throws SQLException, IOException {
        entries.remove(batch.removedEntries());
        BitSet added = entries.add(batch.entries());
        removeMetadata(batch.removedMetadata());
        setMetadata(batch.metadata());
        removeAgents(batch.removedAgents());
        setAgents(batch.agents());
        removeRecords(batch.removedRecords());
        setRecords(batch.records());
        chunks.remove(statements, batch.removedChunks());
        chunks.add(statements, batch.chunks());
        return added;
    }

    private void removeRecords(List<RecordKey> keys) throws SQLException {
        PreparedStatement remove = statements.of(Sql.REMOVE_RECORD);
        for (RecordKey key : keys) {
            remove.setString(1, key.collection());
            remove.setBytes(2, key.key());
            remove.executeUpdate();
        }
    }

    private void setRecords(List<StoredRecord> records) throws SQLException {
        PreparedStatement set = statements.of(Sql.SET_RECORD);
        for (StoredRecord item : records) {
            set.setString(1, item.key().collection());
            set.setBytes(2, item.key().key());
            set.setBytes(3, item.value());
            set.setLong(4, RowCrc.record(item.key().collection(), item.key().key(), item.value()));
            set.executeUpdate();
        }
    }

    private void removeMetadata(List<String> names) throws SQLException {
        PreparedStatement remove = statements.of(Sql.REMOVE_METADATA);
        for (String name : names) {
            remove.setString(1, name);
            remove.executeUpdate();
        }
    }

    private void setMetadata(Map<String, byte[]> metadata) throws SQLException {
        PreparedStatement set = statements.of(Sql.SET_METADATA);
        for (Map.Entry<String, byte[]> item : metadata.entrySet()) {
            set.setString(1, item.getKey());
            set.setBytes(2, item.getValue());
            set.setLong(3, RowCrc.metadata(item.getKey(), item.getValue()));
            set.executeUpdate();
        }
    }

    private void removeAgents(List<AgentId> agents) throws SQLException {
        PreparedStatement remove = statements.of(Sql.REMOVE_AGENT);
        for (AgentId agent : agents) {
            remove.setBytes(1, agent.toBytes());
            remove.executeUpdate();
        }
    }

    private void setAgents(List<AgentInfo> cards) throws SQLException {
        PreparedStatement set = statements.of(Sql.SET_AGENT);
        for (AgentInfo card : cards) {
            byte[] id = card.agentId().toBytes();
            long issuedAt = card.issuedAt().toEpochMilli();
            set.setBytes(1, id);
            set.setLong(2, issuedAt);
            set.setBytes(3, card.encoded());
            set.setLong(4, RowCrc.agent(id, issuedAt, card.encoded()));
            set.executeUpdate();
        }
    }

    /** Asks how far the log has grown. */
    LogState log() throws SQLException {
        return LogState.after(statements.of(Sql.LOG_SIZE));
    }

    /** Copies the log into the file, as far as no reader needs it. */
    void copyLog() throws SQLException {
        var unused = LogState.after(statements.of(Sql.COPY_LOG));
    }

    /** Writes the file anew without what was removed, if anything was. */
    void vacuum() throws SQLException {
        if (!removed) {
            return;
        }
        forget(); // SQLite wants no statement half-way for this, and the driver keeps some so.
        try (Statement statement = statements.connection().createStatement()) {
            statement.executeUpdate(Sql.VACUUM);
        }
        // A crash before this costs one compaction more.
        PreparedStatement set = statements.of(Sql.SET_REMOVED);
        set.setInt(1, 0);
        set.executeUpdate();
        removed = false;
    }

    /** Copies all of the log and cuts it to nothing; says whether that was possible, which it is not while somebody reads it. */
    boolean emptyLog() throws SQLException {
        try (Statement statement = statements.connection().createStatement();
                ResultSet answer = statement.executeQuery(Sql.EMPTY_LOG)) {
            return answer.next() && answer.getInt(1) == 0;
        }
    }

    List<Long> chunkFilesToCompact() throws SQLException, IOException {
        try (Statement statement = statements.connection().createStatement()) {
            return chunks.filesToCompact(statement);
        }
    }

    /** Chunk files that the commits since the last call left without a chunk. */
    List<Long> takeEmptiedFiles() throws SQLException, IOException {
        return chunks.takeEmptied(statements);
    }

    ChunkWriter chunks() {
        return chunks;
    }

    private void rollBack() {
        try {
            statements.of(Sql.ROLLBACK).execute();
        } catch (SQLException e) {
            // On a full disk SQLite rolls back by itself and then says here that no transaction is open.
            LOG.debug("nothing to roll back", e);
        }
        entries.indexes().rolledBack();
        chunks.rolledBack();
        forget();
    }

    /** Closes all statements; they are prepared again when they are needed. To be called after any failure. */
    void forget() {
        try {
            statements.forget();
        } catch (SQLException e) {
            LOG.debug("a statement did not close", e);
        }
    }

    /** Completes the file for the next opening and closes the connection; the last one to close folds the log into the file. */
    @Override
    public void close() throws SQLException {
        try (statements;
                chunks) {
            if (entries.indexes().isBehind()) {
                finishIndexes();
            }
        } catch (IOException e) {
            throw new SQLException("a chunk file did not close", e);
        }
    }

    private void finishIndexes() {
        try {
            inTransaction(unused -> {
                entries.indexes().moveAll(statements);
                return true;
            });
        } catch (SQLException | IOException e) {
            // The next opening reads the rows instead.
            LOG.debug("the indexes were not completed", e);
        }
    }
}
