// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.storage.surreal.internal.index.Journal;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a space of version 1 to this one: each transaction moves some entries, from the rows of three tables to those of this version. Of an
 * entry there is always exactly one of both, so a crash loses nothing, and the next opening goes on. What version 1 had:
 *
 * <pre>{@code
 *   peerkit_entry   [space, id]             head: time, blob hash, 1 where the blob is present, length; data: length of the envelope,
 *                                           envelope, blob
 *   peerkit_order   [space, time id]
 *   peerkit_blob    [space, hash time id]   where the blob is present
 * }</pre>
 *
 * <p>Belongs to the session's thread.
 */
final class Upgrade {
    /** Entries moved by one transaction, at most; some 4 rows each. */
    private static final int STEP_ENTRIES = 500;

    /** The version whose tables these are. */
    private static final long VERSION = 1;

    /** Steps between two messages of the log. */
    private static final int STEPS_TOLD = 100;

    private static final String ENTRY = "peerkit_entry";
    private static final String ORDER = "peerkit_order";
    private static final String BLOB = "peerkit_blob";
    private static final int HEAD_BYTES = Long.BYTES + StoredForm.ID_BYTES + 1 + Integer.BYTES;

    private static final String PAGE = KeyScan.PAGE.formatted(ORDER, STEP_ENTRIES);

    private static final String MOVE = """
            BEGIN;
            %s
            INSERT INTO %s $entries RETURN NONE;
            INSERT INTO %s $journal RETURN NONE;
            DELETE $gone RETURN NONE;
            UPDATE $lane SET seq = $seq RETURN NONE;
            COMMIT;""".formatted(WriteStatements.FENCE, Tables.TIMELINE, Tables.JOURNAL);

    private static final Logger LOG = LoggerFactory.getLogger(Upgrade.class);

    private final SurrealSession session;
    private final Space space;
    private final StoreReader reader;
    private final Lease lease;
    private final Lane lane;
    private final EntryIndex index;
    private final GroupCommit commits;
    private int steps;
    private long moved;

    Upgrade(SurrealSession session, Lease lease, StoreReader reader, EntryIndex index, GroupCommit commits) {
        this.session = session;
        this.space = lease.space();
        this.reader = reader;
        this.lease = lease;
        this.index = index;
        this.commits = commits;
        lane = lease.lanes().get(0);
    }

    /**
     * Moves what is left; the lease has to be renewed meanwhile.
     *
     * @param most steps to take; with fewer than there are the upgrade is not over
     */
    CompletableFuture<Void> run(int most) {
        if (most == 0) {
            return CompletableFuture.completedFuture(null);
        }
        return lease.upgradedFrom() > VERSION ? end() : step().thenCompose(more -> more ? run(most - 1) : end());
    }

    private CompletableFuture<Void> end() {
        LOG.info("space {}: upgraded to version {}, {} entries moved", space.name(), Tables.SCHEMA_VERSION, moved);
        return lease.upgraded().thenApply(done -> null);
    }

    /** Moves some; gives false when there are none left. */
    private CompletableFuture<Boolean> step() {
        if (steps++ % STEPS_TOLD == 0) {
            LOG.info("space {}: upgrading from version 1, {} entries moved", space.name(), moved);
        }
        Map<String, Object> range = Map.of("after", space.key(new byte[0]), "end", space.key(StoredForm.behindAll()));
        return session.query(PAGE, range).thenCompose(results -> {
            List<EntryKey> keys = StoreReader.list(results.get(0)).stream()
                    .map(key -> StoredForm.key(StoreReader.bytes(key)))
                    .toList();
            return keys.isEmpty() ? CompletableFuture.completedFuture(false) : heads(keys);
        });
    }

    private CompletableFuture<Boolean> heads(List<EntryKey> keys) {
        return reader.fields(rows(keys), "head").thenCompose(heads -> {
            List<EntryKey> some = new ArrayList<>();
            List<Head> known = new ArrayList<>();
            long bytes = 0;
            for (int i = 0; i < keys.size() && bytes < StoreReader.ANSWER_BYTES; i++) {
                Head head = Head.of(heads.get(i), keys.get(i));
                some.add(keys.get(i));
                known.add(head);
                bytes += head.size();
            }
            return reader.fields(rows(some), "data").thenCompose(data -> {
                List<StoredEntry> entries = new ArrayList<>(some.size());
                for (int i = 0; i < some.size(); i++) {
                    byte[] row = data.get(i);
                    if (row == null) {
                        throw damaged(some.get(i));
                    }
                    entries.add(entry(some.get(i), known.get(i), row));
                }
                return move(entries);
            });
        });
    }

    private List<RecordId> rows(List<EntryKey> keys) {
        return keys.stream().map(key -> space.id(ENTRY, key.id().toBytes())).toList();
    }

    private CompletableFuture<Boolean> move(List<StoredEntry> entries) {
        long seq = lane.next();
        RecordId row = lane.journal(space, seq);
        byte[] journal = Journal.pack(entries, List.of());
        List<Object> added = new ArrayList<>();
        List<Object> gone = new ArrayList<>();
        for (StoredEntry entry : entries) {
            byte[] key = StoredForm.key(entry.key());
            added.add(WriteStatements.sealed(space.id(Tables.TIMELINE, key), "data", StoredForm.data(entry)));
            gone.add(space.id(ENTRY, entry.id().toBytes()));
            gone.add(space.id(ORDER, key));
            if (entry.blob().isPresent()) {
                byte[] place = Arrays.copyOf(entry.blobHash().toBytes(), StoredForm.ID_BYTES + StoredForm.KEY_BYTES);
                System.arraycopy(key, 0, place, StoredForm.ID_BYTES, StoredForm.KEY_BYTES);
                gone.add(space.id(BLOB, place));
            }
        }
        Map<String, Object> variables = Map.of(
                "lane", lane.row(),
                "seq", seq,
                "entries", added,
                "journal", List.of(WriteStatements.sealed(row, "data", journal)),
                "gone", gone);
        return session.query(MOVE, variables).handle((done, failure) -> failure).thenCompose(failure -> {
            if (failure != null && !WriteStatements.isDone(failure)) {
                return CompletableFuture.failedFuture(failure);
            }
            moved += entries.size();
            index.pending().add(row, journal);
            // Merged in between: memory stays bounded however large the space is.
            return commits.merge().thenApply(merged -> true);
        });
    }

    /**
     * What version 1 knew of an entry without its bytes.
     *
     * @param blobHash of its blob
     * @param hasBlob whether the blob is present
     * @param size of envelope and blob
     */
    private record Head(BlobHash blobHash, boolean hasBlob, int size) {
        static Head of(byte @org.jspecify.annotations.Nullable [] bytes, EntryKey key) {
            if (bytes == null
                    || bytes.length != HEAD_BYTES
                    || ByteBuffer.wrap(bytes).getLong() != key.time()) {
                throw damaged(key);
            }
            ByteBuffer in = ByteBuffer.wrap(bytes).position(Long.BYTES);
            byte[] hash = new byte[StoredForm.ID_BYTES];
            in.get(hash);
            return new Head(BlobHash.of(hash), in.get() == 1, in.getInt());
        }
    }

    private static StoredEntry entry(EntryKey key, Head head, byte[] data) {
        ByteBuffer in = ByteBuffer.wrap(data);
        int envelope = in.remaining() < Integer.BYTES ? -1 : in.getInt();
        if (envelope < 0 || envelope > in.remaining() || in.remaining() != head.size()) {
            throw damaged(key);
        }
        byte[] before = new byte[envelope];
        in.get(before);
        byte[] blob = new byte[in.remaining()];
        in.get(blob);
        return new StoredEntry(
                key.id(), key.time(), head.blobHash(), before, head.hasBlob() ? Optional.of(blob) : Optional.empty());
    }

    private static StorageException damaged(EntryKey key) {
        EntryId id = key.id();
        return new StorageException("upgrade from version 1: the row of entry " + id + " is not there or damaged");
    }
}
