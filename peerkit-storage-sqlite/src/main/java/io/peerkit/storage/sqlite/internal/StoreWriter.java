// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.AgentId;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.StoredEntry;
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

    private final Connection connection;
    private final PreparedStatement begin;
    private final PreparedStatement commit;
    private final PreparedStatement rollback;
    private final PreparedStatement addEntry;
    private final PreparedStatement setMetadata;
    private final PreparedStatement setAgent;
    private final PreparedStatement removeAgent;

    /** Prepares all statements, which also proves that the file has the tables they need. */
    StoreWriter(Connection connection) throws SQLException {
        this.connection = connection;
        begin = connection.prepareStatement(Sql.BEGIN);
        commit = connection.prepareStatement(Sql.COMMIT);
        rollback = connection.prepareStatement(Sql.ROLLBACK);
        addEntry = connection.prepareStatement(Sql.ADD_ENTRY);
        setMetadata = connection.prepareStatement(Sql.SET_METADATA);
        setAgent = connection.prepareStatement(Sql.SET_AGENT);
        removeAgent = connection.prepareStatement(Sql.REMOVE_AGENT);
    }

    /**
     * Commits batches in one transaction: when it returns, they are on the disk; when it throws, none of them is.
     *
     * @return for each batch the indices of its new entries
     */
    List<BitSet> commit(List<WriteBatch> batches) throws SQLException {
        begin.execute();
        try {
            List<BitSet> added = new ArrayList<>(batches.size());
            for (WriteBatch batch : batches) {
                added.add(apply(batch));
            }
            commit.execute();
            return added;
        } catch (SQLException | RuntimeException | Error e) {
            rollBack();
            throw e;
        }
    }

    private BitSet apply(WriteBatch batch) throws SQLException {
        BitSet added = new BitSet(batch.entries().size());
        for (int i = 0; i < batch.entries().size(); i++) {
            if (add(batch.entries().get(i))) {
                added.set(i);
            }
        }
        for (Map.Entry<String, byte[]> item : batch.metadata().entrySet()) {
            setMetadata.setString(1, item.getKey());
            setMetadata.setBytes(2, item.getValue());
            setMetadata.executeUpdate();
        }
        // Removals first: a batch that removes a card and sets one leaves the one it sets.
        for (AgentId agent : batch.removedAgents()) {
            removeAgent.setBytes(1, agent.toBytes());
            removeAgent.executeUpdate();
        }
        for (AgentInfo card : batch.agents()) {
            setAgent.setBytes(1, card.agentId().toBytes());
            setAgent.setLong(2, card.issuedAt().toEpochMilli());
            setAgent.setBytes(3, card.encoded());
            setAgent.executeUpdate();
        }
        return added;
    }

    private boolean add(StoredEntry entry) throws SQLException {
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

    private void rollBack() {
        try {
            rollback.execute();
        } catch (SQLException e) {
            // On a full disk SQLite rolls back by itself and then says here that no transaction is open.
            LOG.debug("nothing to roll back", e);
        }
    }

    /** Closes the connection with its statements; the last one to close folds the log into the file. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
