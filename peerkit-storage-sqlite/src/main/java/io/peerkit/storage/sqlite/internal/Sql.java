// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import java.util.List;

/**
 * All SQL of the store.
 *
 * <p>Entries lie in a rowid table in the order of arrival, so that a commit appends; {@code seq} is never used twice. The index of
 * (time, id) alone answers a scan of keys. Ids and blob hashes are found by their first 8 bytes as an integer, in the
 * tables {@code by_id} and {@code by_blob}, and compared in full in the row; as hashes come in no order, these two are written late
 * ({@link LateIndex}), and {@code state} says through which row they are complete.
 *
 * <p>Chunks lie in files beside this one ({@link ChunkFiles}); a row says where, and that the chunk is there at all.
 *
 * <p>{@code crc} is of everything else that a row gives out ({@link RowCrc}).
 *
 * <p>SQLite's integers are signed, times are not: {@code time} is stored with the sign bit flipped, which keeps the order.
 */
final class Sql {
    /** "PKit" in ASCII, at offset 68 of the file: tells tools and us whose file it is. */
    static final int APPLICATION_ID = 0x504b6974;

    /** The version of the tables below, kept as the file's {@code user_version}. */
    static final int SCHEMA_VERSION = 3;

    /** How long SQLite waits for a lock that a foreign tool holds on the file, in milliseconds. */
    static final int BUSY_TIMEOUT_MILLIS = 1_000;

    /** The log is overwritten in place, which spares a metadata flush in each commit; what a burst added is cut off here. */
    static final int MAX_LOG_BYTES = 67_108_864;

    static final String BUSY_TIMEOUT = "PRAGMA busy_timeout=" + BUSY_TIMEOUT_MILLIS;

    static final String READ_APPLICATION_ID = "PRAGMA application_id";
    static final String READ_USER_VERSION = "PRAGMA user_version";
    static final String COUNT_TABLES = "SELECT count(*) FROM sqlite_schema";
    static final String USE_LOG = "PRAGMA journal_mode=WAL";
    static final String MAX_PAGES = "PRAGMA max_page_count=";

    /**
     * No memory mapping: a damaged or shortened file would then kill the JVM by a signal instead of failing a call. What is deleted
     * is overwritten where it stood; free pages, and gaps in pages that were split or merged, keep copies until the file is compacted.
     */
    static final List<String> WRITER_SETTINGS = List.of(
            "PRAGMA synchronous=FULL",
            "PRAGMA fullfsync=ON",
            "PRAGMA checkpoint_fullfsync=ON",
            "PRAGMA wal_autocheckpoint=0",
            "PRAGMA journal_size_limit=" + MAX_LOG_BYTES,
            "PRAGMA mmap_size=0",
            "PRAGMA cache_size=-16384",
            "PRAGMA secure_delete=FAST",
            "PRAGMA trusted_schema=OFF");

    static final List<String> READER_SETTINGS = List.of(
            "PRAGMA query_only=ON", "PRAGMA mmap_size=0", "PRAGMA cache_size=-8192", "PRAGMA trusted_schema=OFF");

    static final List<String> COPIER_SETTINGS = List.of("PRAGMA mmap_size=0", "PRAGMA trusted_schema=OFF");

    /** The copies that this connection makes are flushed as the writer's are. */
    static final List<String> CHECKPOINTER_SETTINGS = List.of(
            "PRAGMA synchronous=FULL",
            "PRAGMA fullfsync=ON",
            "PRAGMA checkpoint_fullfsync=ON",
            "PRAGMA wal_autocheckpoint=0",
            "PRAGMA mmap_size=0",
            "PRAGMA trusted_schema=OFF");

    /** To be set before the first table. */
    static final String PAGE_SIZE = "PRAGMA page_size=4096";

    static final List<String> CREATE = List.of(
            """
            CREATE TABLE entry (
                seq INTEGER PRIMARY KEY,
                time INTEGER NOT NULL,
                id BLOB NOT NULL,
                blob_hash BLOB NOT NULL,
                crc INTEGER NOT NULL,
                envelope BLOB NOT NULL,
                blob BLOB
            )""",
            "CREATE UNIQUE INDEX entry_key ON entry (time, id)",
            "CREATE TABLE by_id (prefix INTEGER, seq INTEGER, PRIMARY KEY (prefix, seq)) WITHOUT ROWID",
            // Only entries with their blob; with time, so that the first of many is found without sorting them all.
            """
            CREATE TABLE by_blob (
                prefix INTEGER, time INTEGER, seq INTEGER, PRIMARY KEY (prefix, time, seq)
            ) WITHOUT ROWID""",
            // Through which row the indexes are complete; whether anything was removed since the last compaction.
            "CREATE TABLE state (by_id INTEGER NOT NULL, by_blob INTEGER NOT NULL, removed INTEGER NOT NULL)",
            "INSERT INTO state VALUES (0, 0, 0)",
            """
            CREATE TABLE metadata (
                name TEXT PRIMARY KEY, value BLOB NOT NULL, crc INTEGER NOT NULL
            ) WITHOUT ROWID""",
            """
            CREATE TABLE agent (
                id BLOB PRIMARY KEY, issued_at INTEGER NOT NULL, card BLOB NOT NULL, crc INTEGER NOT NULL
            )""",
            "CREATE INDEX agent_issued ON agent (issued_at DESC, id)",
            """
            CREATE TABLE record (
                collection TEXT NOT NULL,
                key BLOB NOT NULL,
                value BLOB NOT NULL,
                crc INTEGER NOT NULL,
                PRIMARY KEY (collection, key)
            ) WITHOUT ROWID""",
            """
            CREATE TABLE chunk (
                hash BLOB PRIMARY KEY,
                file INTEGER NOT NULL,
                position INTEGER NOT NULL,
                length INTEGER NOT NULL,
                crc INTEGER NOT NULL
            ) WITHOUT ROWID""",
            "CREATE INDEX chunk_place ON chunk (file, position, length)",
            "PRAGMA application_id=" + APPLICATION_ID,
            "PRAGMA user_version=" + SCHEMA_VERSION);

    static final String BEGIN = "BEGIN IMMEDIATE";
    static final String COMMIT = "COMMIT";
    static final String ROLLBACK = "ROLLBACK";

    static final String LAST_SEQ = "SELECT coalesce(max(seq), 0) FROM entry";

    static final String INDEXED = "SELECT by_id, by_blob FROM state";

    static final String SET_INDEXED = "UPDATE state SET by_id = ?1, by_blob = ?2";

    static final String IS_REMOVED = "SELECT removed FROM state";

    static final String SET_REMOVED = "UPDATE state SET removed = ?1";

    /** Rows whose keys may not be in the late indexes yet. A blob's type is known without reading it. */
    static final String UNINDEXED =
            "SELECT seq, time, id, blob_hash, typeof(blob) = 'null' FROM entry WHERE seq > ?1 ORDER BY seq";

    static final String IS_IN_BY_ID = "SELECT 1 FROM by_id WHERE prefix = ?1 AND seq = ?3";

    static final String IS_IN_BY_BLOB = "SELECT 1 FROM by_blob WHERE prefix = ?1 AND time = ?2 AND seq = ?3";

    /** Changes no row when the entry is there and its key in the index; one statement for both halves the cost of calling. */
    static final String ADD_ENTRY = """
            INSERT INTO entry (seq, time, id, blob_hash, envelope, blob, crc) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?8
            WHERE NOT EXISTS (
                SELECT 1 FROM by_id CROSS JOIN entry ON entry.seq = by_id.seq
                WHERE by_id.prefix = ?7 AND entry.id = ?3)""";

    static final String REMOVE_ENTRY = "DELETE FROM entry WHERE seq = ?1";

    static final String ADD_BY_ID = "INSERT INTO by_id (prefix, seq) VALUES (?1, ?3)";

    static final String REMOVE_BY_ID = "DELETE FROM by_id WHERE prefix = ?1 AND seq = ?3";

    static final String ADD_BY_BLOB = "INSERT INTO by_blob (prefix, time, seq) VALUES (?1, ?2, ?3)";

    static final String REMOVE_BY_BLOB = "DELETE FROM by_blob WHERE prefix = ?1 AND time = ?2 AND seq = ?3";

    private static final String ROW = "SELECT seq, time, blob_hash, typeof(blob) = 'null' FROM ";

    /** What is needed to remove an entry whose row is known. */
    static final String ROW_OF_SEQ = ROW + "entry WHERE seq = ?1 AND id = ?2";

    static final String ROW_OF_ID =
            ROW + "(SELECT seq AS row FROM by_id WHERE prefix = ?1) CROSS JOIN entry ON seq = row WHERE id = ?2";

    static final String SET_METADATA = """
            INSERT INTO metadata (name, value, crc) VALUES (?1, ?2, ?3)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value, crc = excluded.crc""";

    static final String REMOVE_METADATA = "DELETE FROM metadata WHERE name = ?1";

    static final String SET_AGENT = """
            INSERT INTO agent (id, issued_at, card, crc) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (id) DO UPDATE SET issued_at = excluded.issued_at, card = excluded.card, crc = excluded.crc
            WHERE excluded.issued_at > issued_at""";

    static final String REMOVE_AGENT = "DELETE FROM agent WHERE id = ?1";

    static final String SET_RECORD = """
            INSERT INTO record (collection, key, value, crc) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value, crc = excluded.crc""";

    static final String REMOVE_RECORD = "DELETE FROM record WHERE collection = ?1 AND key = ?2";

    static final String ADD_CHUNK = "INSERT INTO chunk (hash, file, position, length, crc) VALUES (?1, ?2, ?3, ?4, ?5)";

    static final String MOVE_CHUNK = "UPDATE chunk SET file = ?2, position = ?3 WHERE hash = ?1";

    static final String REMOVE_CHUNK = "DELETE FROM chunk WHERE hash = ?1";

    private static final String ENTRY_COLUMNS = "SELECT time, id, blob_hash, envelope, blob, crc FROM entry ";

    static final String ENTRY_OF_SEQ = ENTRY_COLUMNS + "WHERE seq = ?1";

    static final String ENTRY_OF_ID = """
            SELECT time, id, blob_hash, envelope, blob, crc FROM (SELECT seq AS row FROM by_id WHERE prefix = ?1)
            CROSS JOIN entry ON seq = row WHERE id = ?2""";

    /** The order of the index spares sorting but for entries of one time. */
    static final String ENTRY_OF_BLOB = """
            SELECT e.time, e.id, e.blob_hash, e.envelope, e.blob, e.crc
            FROM by_blob b CROSS JOIN entry e ON e.seq = b.seq
            WHERE b.prefix = ?1 AND e.blob_hash = ?2 ORDER BY b.time, e.id LIMIT 1""";

    private static final String IN_ORDER =
            "INDEXED BY entry_key WHERE (time, id) > (?1, ?2) ORDER BY time, id LIMIT ?3";

    static final String SCAN = ENTRY_COLUMNS + IN_ORDER;

    static final String KEYS = "SELECT time, id FROM entry " + IN_ORDER;

    static final String COUNT = "SELECT count(*) FROM entry";

    static final String METADATA = "SELECT value, crc FROM metadata WHERE name = ?1";

    static final String METADATA_NAMES = "SELECT name FROM metadata WHERE name > ?1 ORDER BY name LIMIT ?2";

    static final String AGENTS = "SELECT id, issued_at, card, crc FROM agent ORDER BY issued_at DESC, id LIMIT ?1";

    static final String CARDS = "SELECT id, issued_at, card, crc FROM agent WHERE id > ?1 ORDER BY id LIMIT ?2";

    static final String RECORD = "SELECT value, crc FROM record WHERE collection = ?1 AND key = ?2";

    static final String RECORDS =
            "SELECT key, value, crc FROM record WHERE collection = ?1 AND key > ?2 ORDER BY key LIMIT ?3";

    /** One at a time: a seek in the index, while all at once would go over every record. */
    static final String NEXT_COLLECTION = "SELECT min(collection) FROM record WHERE collection > ?1";

    static final String CHUNK = "SELECT file, position, length, crc FROM chunk WHERE hash = ?1";

    static final String CHUNK_HASHES = "SELECT hash FROM chunk WHERE hash > ?1 ORDER BY hash LIMIT ?2";

    static final String CHUNKS_OF_FILE =
            "SELECT file, position, length, crc, hash FROM chunk WHERE file = ?1 ORDER BY position";

    static final String FILE_IN_USE = "SELECT 1 FROM chunk WHERE file = ?1 LIMIT 1";

    /** For each file where its last chunk begins and ends, and the bytes of all. */
    static final String CHUNK_FILES =
            "SELECT file, max(position + length), sum((length + 4095) / 4096 * 4096) FROM chunk GROUP BY file";

    /** Tells the log's size and copies nothing. */
    static final String LOG_SIZE = "PRAGMA wal_checkpoint(NOOP)";

    /** Copies what it can without waiting for anybody, and flushes it. */
    static final String COPY_LOG = "PRAGMA wal_checkpoint(PASSIVE)";

    /** Waits for readers, copies all of the log, and cuts it to nothing. */
    static final String EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)";

    static final String VACUUM = "VACUUM";

    static final String INTEGRITY = "PRAGMA integrity_check(1)";

    static final String QUICK_CHECK = "PRAGMA quick_check(1)";

    static final String COPY_INTO = "VACUUM INTO ?1";

    static final List<String> WRITES = List.of(
            BEGIN,
            COMMIT,
            ROLLBACK,
            ADD_ENTRY,
            REMOVE_ENTRY,
            ROW_OF_SEQ,
            ROW_OF_ID,
            ADD_BY_ID,
            REMOVE_BY_ID,
            ADD_BY_BLOB,
            REMOVE_BY_BLOB,
            SET_INDEXED,
            SET_REMOVED,
            SET_METADATA,
            REMOVE_METADATA,
            SET_AGENT,
            REMOVE_AGENT,
            SET_RECORD,
            RECORD,
            REMOVE_RECORD,
            CHUNK,
            ADD_CHUNK,
            REMOVE_CHUNK,
            LOG_SIZE,
            COPY_LOG);

    static final List<String> CHECKPOINTS = List.of(COPY_LOG);

    static final List<String> READS = List.of(
            ENTRY_OF_SEQ,
            ENTRY_OF_ID,
            ENTRY_OF_BLOB,
            SCAN,
            KEYS,
            COUNT,
            METADATA,
            METADATA_NAMES,
            AGENTS,
            CARDS,
            RECORD,
            RECORDS,
            NEXT_COLLECTION,
            CHUNK,
            CHUNK_HASHES);

    static final List<String> CHUNK_READS = List.of(CHUNK);

    private Sql() {}
}
