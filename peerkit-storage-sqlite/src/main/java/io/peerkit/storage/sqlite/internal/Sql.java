// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import java.util.List;

/**
 * All SQL of the store.
 *
 * <p>Entries lie in a rowid table in the order of arrival, so that a commit appends; the ways to find them are narrow
 * indexes: (time, id) alone answers a scan of keys, while ids and blob hashes are indexed by their first 8 bytes as
 * an integer and compared in full in the row. Against indexes on the 32-byte values, that wrote 1.4 times as fast.
 *
 * <p>SQLite's integers are signed, times are not: {@code time} is stored with the sign bit flipped, which keeps the order.
 */
final class Sql {
    /** "PKit" in ASCII, at offset 68 of the file: tells tools and us whose file it is. */
    static final int APPLICATION_ID = 0x504b6974;

    /** The version of the tables below, kept as the file's {@code user_version}. */
    static final int SCHEMA_VERSION = 2;

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

    /** No memory mapping: a damaged or shortened file would then kill the JVM by a signal instead of failing a call. */
    static final List<String> WRITER_SETTINGS = List.of(
            "PRAGMA synchronous=FULL",
            "PRAGMA fullfsync=ON",
            "PRAGMA checkpoint_fullfsync=ON",
            "PRAGMA wal_autocheckpoint=0",
            "PRAGMA journal_size_limit=" + MAX_LOG_BYTES,
            "PRAGMA mmap_size=0",
            "PRAGMA cache_size=-16384",
            "PRAGMA trusted_schema=OFF");

    static final List<String> READER_SETTINGS = List.of(
            "PRAGMA query_only=ON", "PRAGMA mmap_size=0", "PRAGMA cache_size=-8192", "PRAGMA trusted_schema=OFF");

    /** The copies that this connection makes are flushed as the writer's are. */
    static final List<String> CHECKPOINTER_SETTINGS = List.of(
            "PRAGMA synchronous=FULL",
            "PRAGMA fullfsync=ON",
            "PRAGMA checkpoint_fullfsync=ON",
            "PRAGMA wal_autocheckpoint=0",
            "PRAGMA mmap_size=0",
            "PRAGMA trusted_schema=OFF");

    static final String PAGE_SIZE = "PRAGMA page_size=4096";

    /** What version 2 has more than version 1. */
    static final List<String> TO_VERSION_2 =
            List.of("""
            CREATE TABLE record (
                collection TEXT NOT NULL,
                key BLOB NOT NULL,
                value BLOB NOT NULL,
                PRIMARY KEY (collection, key)
            ) WITHOUT ROWID""", "CREATE TABLE chunk (hash BLOB PRIMARY KEY, bytes BLOB NOT NULL)", "PRAGMA user_version=2");

    static final List<String> TO_VERSION_1 = List.of(
            """
            CREATE TABLE entry (
                seq INTEGER PRIMARY KEY,
                time INTEGER NOT NULL,
                id BLOB NOT NULL,
                id_prefix INTEGER NOT NULL,
                blob_prefix INTEGER NOT NULL,
                blob_hash BLOB NOT NULL,
                envelope BLOB NOT NULL,
                blob BLOB
            )""",
            "CREATE UNIQUE INDEX entry_key ON entry (time, id)",
            "CREATE INDEX entry_id ON entry (id_prefix)",
            // With time, so that the first of many entries with one blob is found without sorting them all.
            "CREATE INDEX entry_blob ON entry (blob_prefix, time) WHERE blob IS NOT NULL",
            "CREATE TABLE metadata (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
            "CREATE TABLE agent (id BLOB PRIMARY KEY, issued_at INTEGER NOT NULL, card BLOB NOT NULL)",
            "CREATE INDEX agent_issued ON agent (issued_at DESC, id)",
            "PRAGMA application_id=" + APPLICATION_ID,
            "PRAGMA user_version=1");

    static final String BEGIN = "BEGIN IMMEDIATE";
    static final String COMMIT = "COMMIT";
    static final String ROLLBACK = "ROLLBACK";

    /** Changes no row when the entry is there. */
    static final String ADD_ENTRY = """
            INSERT INTO entry (time, id, id_prefix, blob_prefix, blob_hash, envelope, blob)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
            WHERE NOT EXISTS (SELECT 1 FROM entry WHERE id_prefix = ?3 AND id = ?2)""";

    static final String SET_METADATA = """
            INSERT INTO metadata (name, value) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value""";

    static final String SET_AGENT = """
            INSERT INTO agent (id, issued_at, card) VALUES (?1, ?2, ?3)
            ON CONFLICT (id) DO UPDATE SET issued_at = excluded.issued_at, card = excluded.card
            WHERE excluded.issued_at > issued_at""";

    static final String REMOVE_AGENT = "DELETE FROM agent WHERE id = ?1";

    static final String REMOVE_ENTRY = "DELETE FROM entry WHERE id_prefix = ?1 AND id = ?2";

    static final String SET_RECORD = """
            INSERT INTO record (collection, key, value) VALUES (?1, ?2, ?3)
            ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value""";

    static final String REMOVE_RECORD = "DELETE FROM record WHERE collection = ?1 AND key = ?2";

    static final String ADD_CHUNK = "INSERT INTO chunk (hash, bytes) VALUES (?1, ?2) ON CONFLICT (hash) DO NOTHING";

    static final String REMOVE_CHUNK = "DELETE FROM chunk WHERE hash = ?1";

    private static final String ENTRY_COLUMNS = "SELECT time, id, blob_hash, envelope, blob FROM entry ";

    static final String ENTRY_OF_ID = ENTRY_COLUMNS + "WHERE id_prefix = ?1 AND id = ?2";

    static final String ENTRY_OF_BLOB = ENTRY_COLUMNS
            + "INDEXED BY entry_blob WHERE blob_prefix = ?1 AND blob_hash = ?2 AND blob IS NOT NULL"
            + " ORDER BY time, id LIMIT 1";

    private static final String IN_ORDER =
            "INDEXED BY entry_key WHERE (time, id) > (?1, ?2) ORDER BY time, id LIMIT ?3";

    static final String SCAN = ENTRY_COLUMNS + IN_ORDER;

    static final String KEYS = "SELECT time, id FROM entry " + IN_ORDER;

    static final String COUNT = "SELECT count(*) FROM entry";

    static final String METADATA = "SELECT value FROM metadata WHERE name = ?1";

    static final String AGENTS = "SELECT card FROM agent ORDER BY issued_at DESC, id LIMIT ?1";

    static final String RECORD = "SELECT value FROM record WHERE collection = ?1 AND key = ?2";

    static final String RECORDS =
            "SELECT key, value FROM record WHERE collection = ?1 AND key > ?2 ORDER BY key LIMIT ?3";

    static final String CHUNK_PRESENT = "SELECT 1 FROM chunk WHERE hash = ?1";

    static final String CHUNK = "SELECT bytes FROM chunk WHERE hash = ?1";

    /** Tells the log's size and copies nothing. */
    static final String LOG_SIZE = "PRAGMA wal_checkpoint(NOOP)";

    /** Copies what it can without waiting for anybody, and flushes it. */
    static final String COPY_LOG = "PRAGMA wal_checkpoint(PASSIVE)";

    /** Waits for readers, copies all of the log, and cuts it to nothing. */
    static final String EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)";

    static final String VACUUM = "VACUUM";

    static final List<String> WRITES = List.of(
            BEGIN,
            COMMIT,
            ROLLBACK,
            ADD_ENTRY,
            REMOVE_ENTRY,
            SET_METADATA,
            SET_AGENT,
            REMOVE_AGENT,
            SET_RECORD,
            REMOVE_RECORD,
            ADD_CHUNK,
            REMOVE_CHUNK,
            LOG_SIZE,
            COPY_LOG,
            EMPTY_LOG,
            VACUUM);

    static final List<String> CHECKPOINTS = List.of(COPY_LOG);

    static final List<String> READS = List.of(
            ENTRY_OF_ID, ENTRY_OF_BLOB, SCAN, KEYS, COUNT, METADATA, AGENTS, RECORD, RECORDS, CHUNK_PRESENT, CHUNK);

    private Sql() {}
}
