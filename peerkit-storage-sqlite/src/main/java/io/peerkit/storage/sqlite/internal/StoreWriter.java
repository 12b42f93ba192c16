// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out batches on the connection that writes. Belongs to one thread. */
final class StoreWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);

    private final Statements statements;

    StoreWriter(Connection connection) throws SQLException {
        statements = new Statements(connection, Sql.WRITES);
    }

    /**
     * Commits batches in one transaction: when it returns, they are on the disk; when it throws, none of them is.
     *
     * @return for each batch the indices of its new entries
     */
    List<BitSet> commit(List<WriteBatch> batches) throws SQLException {
        try {
            statements.of(Sql.BEGIN).execute();
            List<BitSet> added = new ArrayList<>(batches.size());
            for (WriteBatch batch : batches) {
                added.add(apply(batch));
            }
            statements.of(Sql.COMMIT).execute();
            return added;
        } catch (SQLException | RuntimeException | Error e) {
            rollBack();
            throw e;
        }
    }

    private BitSet apply(WriteBatch batch) throws SQLException {
        removeEntries(batch.removedEntries());
        BitSet added = new BitSet(batch.entries().size());
        PreparedStatement addEntry = statements.of(Sql.ADD_ENTRY);
        for (int i = 0; i < batch.entries().size(); i++) {
            if (add(addEntry, batch.entries().get(i))) {
                added.set(i);
            }
        }
        setMetadata(batch.metadata());
        removeAgents(batch.removedAgents());
        setAgents(batch.agents());
        removeRecords(batch.removedRecords());
        setRecords(batch.records());
        removeChunks(batch.removedChunks());
        addChunks(batch.chunks());
        return added;
    }

    private void removeEntries(List<EntryId> entries) throws SQLException {
        PreparedStatement remove = statements.of(Sql.REMOVE_ENTRY);
        for (EntryId entry : entries) {
            byte[] id = entry.toBytes();
            remove.setLong(1, StoredForm.prefix(id));
            remove.setBytes(2, id);
            remove.executeUpdate();
        }
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
            set.executeUpdate();
        }
    }

    private void removeChunks(List<BlobHash> hashes) throws SQLException {
        PreparedStatement remove = statements.of(Sql.REMOVE_CHUNK);
        for (BlobHash hash : hashes) {
            remove.setBytes(1, hash.toBytes());
            remove.executeUpdate();
        }
    }

    private void addChunks(List<StoredChunk> chunks) throws SQLException {
        PreparedStatement add = statements.of(Sql.ADD_CHUNK);
        for (StoredChunk chunk : chunks) {
            add.setBytes(1, chunk.hash().toBytes());
            add.setBytes(2, chunk.bytes());
            add.executeUpdate();
        }
    }

    private void setMetadata(Map<String, byte[]> metadata) throws SQLException {
        PreparedStatement set = statements.of(Sql.SET_METADATA);
        for (Map.Entry<String, byte[]> item : metadata.entrySet()) {
            set.setString(1, item.getKey());
            set.setBytes(2, item.getValue());
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
            set.setBytes(1, card.agentId().toBytes());
            set.setLong(2, card.issuedAt().toEpochMilli());
            set.setBytes(3, card.encoded());
            set.executeUpdate();
        }
    }

    private static boolean add(PreparedStatement addEntry, StoredEntry entry) throws SQLException {
        byte[] id = entry.id().toBytes();
        byte[] blobHash = entry.blobHash().toBytes();
        addEntry.setLong(1, StoredForm.time(entry.time()));
        addEntry.setBytes(2, id);
        addEntry.setLong(3, StoredForm.prefix(id));
        addEntry.setLong(4, StoredForm.prefix(blobHash));
        addEntry.setBytes(5, blobHash);
        addEntry.setBytes(6, entry.envelope());
        addEntry.setBytes(7, entry.blob().orElse(null));
        return addEntry.executeUpdate() == 1;
    }

    /** Asks how far the log has grown. */
    LogState log() throws SQLException {
        return LogState.after(statements.of(Sql.LOG_SIZE));
    }

    /** Copies the log into the file, as far as no reader needs it. */
    void copyLog() throws SQLException {
        var unused = LogState.after(statements.of(Sql.COPY_LOG));
    }

    /** Writes the file anew without what was removed, and empties the log. Both leave the file as it was when they fail. */
    void compact() throws SQLException {
        forget(); // SQLite wants no statement half-way for this, and the driver keeps some so.
        try {
            statements.of(Sql.VACUUM).execute();
            var unused = LogState.after(statements.of(Sql.EMPTY_LOG));
        } catch (SQLException | RuntimeException | Error e) {
            forget();
            throw e;
        }
    }

    private void rollBack() {
        try {
            statements.of(Sql.ROLLBACK).execute();
        } catch (SQLException e) {
            // On a full disk SQLite rolls back by itself and then says here that no transaction is open.
            LOG.debug("nothing to roll back", e);
        }
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

    /** Closes the connection with its statements; the last one to close folds the log into the file. */
    @Override
    public void close() throws SQLException {
        statements.close();
    }
}
