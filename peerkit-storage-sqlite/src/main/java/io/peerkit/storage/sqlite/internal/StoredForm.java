// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** How values stand in columns. What is read from a row is checked against its {@link RowCrc}. */
final class StoredForm {
    private StoredForm() {}

    /** Turns an unsigned time into the signed integer of the same rank, and back. */
    static long time(long time) {
        return time ^ Long.MIN_VALUE;
    }

    /** The first 8 bytes of a hash as an integer. */
    static long prefix(byte[] hash) {
        return ByteBuffer.wrap(hash).getLong();
    }

    /** Reads time, id, blob hash, envelope, blob and crc, the first columns of a row. */
    static StoredEntry entry(ResultSet row) throws SQLException {
        long time = row.getLong(1);
        byte[] id = row.getBytes(2);
        byte[] blobHash = row.getBytes(3);
        byte[] envelope = row.getBytes(4);
        byte[] blob = row.getBytes(5);
        RowCrc.check("entry", RowCrc.entry(time, id, blobHash, envelope, blob), row.getLong(6));
        return new StoredEntry(EntryId.of(id), time(time), BlobHash.of(blobHash), envelope, Optional.ofNullable(blob));
    }

    /** Reads value and crc. */
    static byte[] metadata(String name, ResultSet row) throws SQLException {
        byte[] value = row.getBytes(1);
        RowCrc.check("metadata", RowCrc.metadata(name, value), row.getLong(2));
        return value;
    }

    /** Reads id, time of issue, card and crc. */
    static byte[] card(ResultSet row) throws SQLException {
        byte[] card = row.getBytes(3);
        RowCrc.check("agent", RowCrc.agent(row.getBytes(1), row.getLong(2), card), row.getLong(4));
        return card;
    }

    /** Reads value and crc. */
    static byte[] value(RecordKey key, ResultSet row) throws SQLException {
        byte[] value = row.getBytes(1);
        RowCrc.check("record", RowCrc.record(key.collection(), key.key(), value), row.getLong(2));
        return value;
    }

    /** Reads key, value and crc. */
    static StoredRecord record(String collection, ResultSet row) throws SQLException {
        byte[] key = row.getBytes(1);
        byte[] value = row.getBytes(2);
        RowCrc.check("record", RowCrc.record(collection, key, value), row.getLong(3));
        return new StoredRecord(RecordKey.of(collection, key), value);
    }
}
