// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import java.nio.ByteBuffer;
import java.util.Optional;

/** How values stand in rows. What does not have the form is damage, and is said to be. */
final class StoredForm {
    static final int ID_BYTES = 32;
    static final int KEY_BYTES = Long.BYTES + ID_BYTES;

    /** Time, blob hash, 1 where the blob is present, bytes of envelope and blob together. */
    static final int HEAD_BYTES = Long.BYTES + ID_BYTES + 1 + Integer.BYTES;

    /** Comes behind every key of a table: longer than any and all bits set. */
    private static final byte[] BEHIND_ALL = filled(ID_BYTES + KEY_BYTES + 64);

    private StoredForm() {}

    static byte[] behindAll() {
        return BEHIND_ALL;
    }

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        java.util.Arrays.fill(bytes, (byte) 0xff);
        return bytes;
    }

    static byte[] key(EntryKey key) {
        byte[] bytes = new byte[KEY_BYTES];
        putKey(bytes, 0, key);
        return bytes;
    }

    static void putKey(byte[] target, int offset, EntryKey key) {
        ByteBuffer.wrap(target).putLong(offset, key.time());
        key.id().copyTo(target, offset + Long.BYTES);
    }

    static EntryKey key(byte[] bytes) {
        checkLength("place of an entry", bytes, KEY_BYTES);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new EntryKey(in.getLong(), EntryId.of(take(in, ID_BYTES)));
    }

    static byte[] blobKey(BlobHash hash, EntryKey key) {
        byte[] bytes = new byte[ID_BYTES + KEY_BYTES];
        hash.copyTo(bytes, 0);
        putKey(bytes, ID_BYTES, key);
        return bytes;
    }

    /** Ends all keys that begin with a hash. */
    static byte[] behindHash(BlobHash hash) {
        byte[] bytes = filled(ID_BYTES + KEY_BYTES + 1);
        hash.copyTo(bytes, 0);
        return bytes;
    }

    static byte[] head(StoredEntry entry) {
        byte[] bytes = new byte[HEAD_BYTES];
        ByteBuffer out = ByteBuffer.wrap(bytes).putLong(entry.time());
        entry.blobHash().copyTo(bytes, Long.BYTES);
        out.position(Long.BYTES + ID_BYTES);
        out.put((byte) (entry.blob().isPresent() ? 1 : 0)).putInt(entry.bytes());
        return bytes;
    }

    static byte[] data(StoredEntry entry) {
        byte[] blob = entry.blob().orElse(new byte[0]);
        return ByteBuffer.allocate(Integer.BYTES + entry.envelope().length + blob.length)
                .putInt(entry.envelope().length)
                .put(entry.envelope())
                .put(blob)
                .array();
    }

    /**
     * What is known of an entry without its bytes.
     *
     * @param time of the entry
     * @param blobHash of its blob
     * @param hasBlob whether the blob is present
     * @param size of envelope and blob
     */
    record Head(long time, BlobHash blobHash, boolean hasBlob, int size) {}

    static Head head(byte[] bytes) {
        checkLength("head of an entry", bytes, HEAD_BYTES);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new Head(in.getLong(), BlobHash.of(take(in, ID_BYTES)), in.get() == 1, in.getInt());
    }

    static StoredEntry entry(EntryId id, byte[] head, byte[] data) {
        Head known = head(head);
        ByteBuffer in = ByteBuffer.wrap(data);
        int envelope = in.remaining() < Integer.BYTES ? -1 : in.getInt();
        if (envelope < 0
                || envelope > StoredEntry.MAX_ENVELOPE_BYTES + Storage.SEALING_BYTES
                || envelope > in.remaining()
                || in.remaining() != known.size()
                || known.size() - envelope > StoredEntry.MAX_BLOB_BYTES + Storage.SEALING_BYTES) {
            throw new StorageException("row of an entry is damaged: " + data.length + " bytes, envelope of " + envelope
                    + ", expected " + known.size());
        }
        byte[] bytes = take(in, envelope);
        Optional<byte[]> blob = known.hasBlob() ? Optional.of(take(in, in.remaining())) : Optional.empty();
        return new StoredEntry(id, known.time(), known.blobHash(), bytes, blob);
    }

    /** The place of a card: the later it was issued, the earlier it comes. */
    static byte[] place(AgentInfo card) {
        byte[] bytes = new byte[KEY_BYTES];
        ByteBuffer.wrap(bytes).putLong(0, ~(card.issuedAt().toEpochMilli() ^ Long.MIN_VALUE));
        card.agentId().copyTo(bytes, Long.BYTES);
        return bytes;
    }

    static byte[] agentAt(byte[] place) {
        checkLength("place of a card", place, KEY_BYTES);
        return java.util.Arrays.copyOfRange(place, Long.BYTES, KEY_BYTES);
    }

    private static byte[] take(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static void checkLength(String what, byte[] bytes, int length) {
        if (bytes.length != length) {
            throw new StorageException(what + " of " + bytes.length + " bytes, must be " + length);
        }
    }
}
