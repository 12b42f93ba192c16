// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StoredEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a transaction leaves for the indexes, in one row.
 *
 * <pre>{@code
 *   4 bytes    how many entries were added
 *   28 bytes   for each: beginning of the id, time, beginning of the blob's hash, length; top bit set where the blob is present
 *   48 bytes   for each entry that was removed: time, id, beginning of the blob's hash
 * }</pre>
 */
public final class Journal {
    private static final int ADDED_BYTES = 3 * Long.BYTES + Integer.BYTES;
    private static final int ID_BYTES = 32;
    private static final int REMOVED_BYTES = 2 * Long.BYTES + ID_BYTES;
    private static final int HAS_BLOB = 1 << 31;

    private Journal() {}

    /**
     * The beginning of a hash.
     *
     * @param id of an entry
     * @return its first eight bytes
     */
    public static long prefix(EntryId id) {
        byte[] bytes = new byte[ID_BYTES];
        id.copyTo(bytes, 0);
        return ByteBuffer.wrap(bytes).getLong();
    }

    /**
     * The beginning of a hash.
     *
     * @param hash of a blob
     * @return its first eight bytes
     */
    public static long prefix(BlobHash hash) {
        byte[] bytes = new byte[ID_BYTES];
        hash.copyTo(bytes, 0);
        return ByteBuffer.wrap(bytes).getLong();
    }

    /**
     * What the indexes should know of an entry that is there.
     *
     * @param id the beginning of its id
     * @param time of the entry
     * @param blob the beginning of the hash of its blob
     * @param bytes of envelope and blob
     * @param hasBlob whether the blob is present
     */
    public record Addition(long id, long time, long blob, int bytes, boolean hasBlob) {
        /**
         * Of an entry.
         *
         * @param entry that is there, or about to be
         * @return what to write down of it
         */
        public static Addition of(StoredEntry entry) {
            return new Addition(
                    prefix(entry.id()),
                    entry.time(),
                    prefix(entry.blobHash()),
                    entry.bytes(),
                    entry.blob().isPresent());
        }

        /**
         * Where its record stands among those by id.
         *
         * @return the place
         */
        public IndexPlace idPlace() {
            return new IndexPlace(id, time, blob);
        }

        /**
         * Its record in an index.
         *
         * @param kind of the index
         * @return the record; nothing when the entry is not in that index
         */
        public Optional<IndexRecord> index(IndexKind kind) {
            if (kind == IndexKind.ID) {
                return Optional.of(new IndexRecord(idPlace(), bytes, false));
            }
            return hasBlob
                    ? Optional.of(new IndexRecord(new IndexPlace(blob, time, id), bytes, false))
                    : Optional.empty();
        }
    }

    /**
     * Packs entries that are there.
     *
     * @param added any number
     * @return the row
     */
    public static byte[] pack(List<Addition> added) {
        return packed(added, List.of());
    }

    /**
     * Packs a transaction.
     *
     * @param added entries it adds
     * @param removed entries it removes
     * @return the row
     */
    public static byte[] pack(List<StoredEntry> added, List<Removal> removed) {
        return packed(added.stream().map(Addition::of).toList(), removed);
    }

    private static byte[] packed(List<Addition> added, List<Removal> removed) {
        ByteBuffer out =
                ByteBuffer.allocate(Integer.BYTES + ADDED_BYTES * added.size() + REMOVED_BYTES * removed.size());
        out.putInt(added.size());
        for (Addition each : added) {
            out.putLong(each.id()).putLong(each.time()).putLong(each.blob());
            out.putInt(each.hasBlob() ? each.bytes() | HAS_BLOB : each.bytes());
        }
        for (Removal removal : removed) {
            out.putLong(removal.entry().time());
            removal.entry().id().copyTo(out.array(), out.position());
            out.position(out.position() + ID_BYTES);
            out.putLong(removal.blob());
        }
        return out.array();
    }

    /**
     * Counts what is in a row.
     *
     * @param bytes as {@link #pack} gave them
     * @return entries added and removed
     * @throws StorageException when they do not have the form
     */
    public static int items(byte[] bytes) {
        int added = bytes.length < Integer.BYTES ? -1 : ByteBuffer.wrap(bytes).getInt();
        int rest = bytes.length - Integer.BYTES;
        if (added < 0 || added > rest / ADDED_BYTES || (rest - added * ADDED_BYTES) % REMOVED_BYTES != 0) {
            throw new StorageException(
                    "journal of an index is damaged: " + bytes.length + " bytes, " + added + " added");
        }
        return added + (rest - added * ADDED_BYTES) / REMOVED_BYTES;
    }

    /** Unpacks a row. */
    static void unpack(byte[] bytes, PendingRecords added, Consumer<Removal> removed) {
        int removals = items(bytes);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int additions = in.getInt();
        removals -= additions;
        for (int i = 0; i < additions; i++) {
            long id = in.getLong();
            long time = in.getLong();
            long blob = in.getLong();
            int size = in.getInt();
            added.add(id, time, blob, size & ~HAS_BLOB, (size & HAS_BLOB) != 0);
        }
        for (int i = 0; i < removals; i++) {
            long time = in.getLong();
            byte[] id = new byte[ID_BYTES];
            in.get(id);
            removed.accept(new Removal(new EntryKey(time, EntryId.of(id)), in.getLong()));
        }
    }

    /**
     * Unpacks what rows added.
     *
     * @param rows of journals
     * @return the records of the entries
     * @throws StorageException when one does not have the form
     */
    public static PendingRecords added(List<byte[]> rows) {
        PendingRecords records = new PendingRecords();
        List<Removal> ignored = new ArrayList<>();
        rows.forEach(row -> unpack(row, records, ignored::add));
        return records;
    }
}
