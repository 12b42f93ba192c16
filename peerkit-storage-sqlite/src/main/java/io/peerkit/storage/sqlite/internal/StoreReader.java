// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Answers reads on the connection that reads. Belongs to one thread.
 *
 * <p>Each statement sees the last commit before it began. None stays open behind its method: an open one would pin its
 * snapshot and keep the log from starting over.
 */
final class StoreReader implements AutoCloseable {
    private static final int ID_BYTES = 32;

    /** Shorter than any id, so before all of them. */
    private static final byte[] BEFORE_ALL_IDS = {};

    private final Statements statements;
    private final EntryIndexes indexes;
    private final StoreListing listing;

    StoreReader(Connection connection, EntryIndexes indexes) throws SQLException {
        statements = new Statements(connection, Sql.READS);
        this.indexes = indexes;
        listing = new StoreListing(statements);
    }

    /** Makes the reader fit for use again after one of its methods threw. */
    void recover() throws SQLException {
        statements.forget();
    }

    StoreListing listing() {
        return listing;
    }

    List<StoredEntry> entries(List<EntryId> ids, int maxBytes) throws SQLException {
        List<StoredEntry> found = new ArrayList<>();
        long bytes = 0;
        for (EntryId id : ids) {
            Optional<StoredEntry> entry = entry(id);
            if (entry.isPresent()) {
                found.add(entry.get());
                bytes += entry.get().bytes();
                if (bytes > maxBytes) {
                    break;
                }
            }
        }
        return found;
    }

    private Optional<StoredEntry> entry(EntryId id) throws SQLException {
        byte[] bytes = id.toBytes();
        long prefix = StoredForm.prefix(bytes);
        for (LateIndex.Key key : indexes.byId().candidates(prefix)) {
            Optional<StoredEntry> entry = entryOfRow(key.seq());
            if (entry.isPresent() && entry.get().id().equals(id)) {
                return entry;
            }
        }
        return entryOf(Sql.ENTRY_OF_ID, prefix, bytes);
    }

    Optional<StoredEntry> entryOfBlob(BlobHash hash) throws SQLException {
        byte[] bytes = hash.toBytes();
        long prefix = StoredForm.prefix(bytes);
        Optional<StoredEntry> first = Optional.empty();
        for (LateIndex.Key key : indexes.byBlob().candidates(prefix)) {
            if (first.isPresent() && StoredForm.time(key.time()) != first.get().time()) {
                break; // all others come later
            }
            Optional<StoredEntry> entry =
                    entryOfRow(key.seq()).filter(row -> row.blobHash().equals(hash));
            first = earlier(first, entry);
        }
        return earlier(first, entryOf(Sql.ENTRY_OF_BLOB, prefix, bytes));
    }

    private static Optional<StoredEntry> earlier(Optional<StoredEntry> one, Optional<StoredEntry> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isPresent() ? one : other;
        }
        return one.get().key().compareTo(other.get().key()) <= 0 ? one : other;
    }

    private Optional<StoredEntry> entryOfRow(long seq) throws SQLException {
        PreparedStatement entry = statements.of(Sql.ENTRY_OF_SEQ);
        entry.setLong(1, seq);
        return first(entry);
    }

    private Optional<StoredEntry> entryOf(String sql, long prefix, byte[] hash) throws SQLException {
        PreparedStatement entry = statements.of(sql);
        entry.setLong(1, prefix);
        entry.setBytes(2, hash);
        return first(entry);
    }

    KeyPage keys(Optional<EntryKey> after, int limit) throws SQLException {
        PreparedStatement keys = statements.of(Sql.KEYS);
        begin(keys, after, limit);
        long[] times = new long[limit];
        byte[] ids = new byte[ID_BYTES * limit];
        int size = 0;
        try (ResultSet rows = keys.executeQuery()) {
            while (rows.next()) {
                times[size] = StoredForm.time(rows.getLong(1));
                System.arraycopy(rows.getBytes(2), 0, ids, ID_BYTES * size, ID_BYTES);
                size++;
            }
        }
        return size == limit
                ? new KeyPage(times, ids)
                : new KeyPage(Arrays.copyOf(times, size), Arrays.copyOf(ids, ID_BYTES * size));
    }

    List<StoredEntry> scan(Optional<EntryKey> after, int limit, int maxBytes) throws SQLException {
        PreparedStatement scan = statements.of(Sql.SCAN);
        begin(scan, after, limit);
        List<StoredEntry> found = new ArrayList<>();
        long bytes = 0;
        try (ResultSet rows = scan.executeQuery()) {
            while ((found.isEmpty() || bytes <= maxBytes) && rows.next()) {
                StoredEntry entry = StoredForm.entry(rows);
                found.add(entry);
                bytes += entry.bytes();
            }
        }
        return found;
    }

    long count() throws SQLException {
        try (ResultSet rows = statements.of(Sql.COUNT).executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    Optional<byte[]> metadata(String name) throws SQLException {
        PreparedStatement metadata = statements.of(Sql.METADATA);
        metadata.setString(1, name);
        try (ResultSet rows = metadata.executeQuery()) {
            return rows.next() ? Optional.of(StoredForm.metadata(name, rows)) : Optional.empty();
        }
    }

    List<byte[]> agents(int limit) throws SQLException {
        PreparedStatement agents = statements.of(Sql.AGENTS);
        agents.setInt(1, limit);
        List<byte[]> cards = new ArrayList<>();
        try (ResultSet rows = agents.executeQuery()) {
            while (rows.next()) {
                cards.add(StoredForm.card(rows));
            }
        }
        return cards;
    }

    Optional<byte[]> record(RecordKey key) throws SQLException {
        return record(statements, key);
    }

    static Optional<byte[]> record(Statements statements, RecordKey key) throws SQLException {
        PreparedStatement value = statements.of(Sql.RECORD);
        value.setString(1, key.collection());
        value.setBytes(2, key.key());
        try (ResultSet rows = value.executeQuery()) {
            return rows.next() ? Optional.of(StoredForm.value(key, rows)) : Optional.empty();
        }
    }

    List<StoredRecord> records(String collection, Optional<byte[]> after, int limit, int maxBytes) throws SQLException {
        PreparedStatement records = statements.of(Sql.RECORDS);
        records.setString(1, collection);
        records.setBytes(2, after.orElse(BEFORE_ALL_IDS));
        records.setInt(3, limit);
        List<StoredRecord> found = new ArrayList<>();
        long bytes = 0;
        try (ResultSet rows = records.executeQuery()) {
            while ((found.isEmpty() || bytes <= maxBytes) && rows.next()) {
                StoredRecord item = StoredForm.record(collection, rows);
                found.add(item);
                bytes += item.key().key().length + item.value().length;
            }
        }
        return found;
    }

    BitSet chunksPresent(List<BlobHash> hashes) throws SQLException {
        PreparedStatement present = statements.of(Sql.CHUNK);
        BitSet found = new BitSet(hashes.size());
        for (int i = 0; i < hashes.size(); i++) {
            present.setBytes(1, hashes.get(i).toBytes());
            try (ResultSet rows = present.executeQuery()) {
                found.set(i, rows.next());
            }
        }
        return found;
    }

    private static void begin(PreparedStatement statement, Optional<EntryKey> after, int limit) throws SQLException {
        statement.setLong(1, after.map(key -> StoredForm.time(key.time())).orElse(Long.MIN_VALUE));
        statement.setBytes(2, after.map(key -> key.id().toBytes()).orElse(BEFORE_ALL_IDS));
        statement.setInt(3, limit);
    }

    private static Optional<StoredEntry> first(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            return rows.next() ? Optional.of(StoredForm.entry(rows)) : Optional.empty();
        }
    }

    @Override
    public void close() throws SQLException {
        statements.close();
    }
}
