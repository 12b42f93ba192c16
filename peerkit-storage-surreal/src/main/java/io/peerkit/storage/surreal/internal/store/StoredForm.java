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

    /** What an entry's row has before envelope and blob: blob hash, lengths of both; of the blob {@link #NO_BLOB} where it is absent. */
    static final int HEAD_BYTES = ID_BYTES + 2 * Integer.BYTES;

    private static final int NO_BLOB = -1;

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

    /** Begins the places of entries of one time whose ids begin so. */
    static byte[] keyBegin(long time, long idPrefix) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(time)
                .putLong(idPrefix)
                .array();
    }

    /** Ends them. */
    static byte[] keyEnd(long time, long idPrefix) {
        byte[] bytes = filled(KEY_BYTES + 1);
        ByteBuffer.wrap(bytes).putLong(time).putLong(idPrefix);
        return bytes;
    }

    static byte[] data(StoredEntry entry) {
        ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + entry.bytes());
        entry.blobHash().copyTo(out.array(), 0);
        out.position(ID_BYTES);
        out.putInt(entry.envelope().length);
        out.putInt(entry.blob().map(blob -> blob.length).orElse(NO_BLOB));
        out.put(entry.envelope());
        entry.blob().ifPresent(out::put);
        return out.array();
    }

    static StoredEntry entry(EntryKey key, byte[] data) {
        ByteBuffer in = ByteBuffer.wrap(data);
        if (data.length < HEAD_BYTES) {
            throw damaged(data, -1);
        }
        BlobHash hash = BlobHash.of(take(in, ID_BYTES));
        int envelope = in.getInt();
        int blob = in.getInt();
        if (envelope < 0
                || envelope > StoredEntry.MAX_ENVELOPE_BYTES + Storage.SEALING_BYTES
                || blob < NO_BLOB
                || blob > StoredEntry.MAX_BLOB_BYTES + Storage.SEALING_BYTES
                || in.remaining() != envelope + Math.max(0, blob)) {
            throw damaged(data, envelope);
        }
        byte[] bytes = take(in, envelope);
        return new StoredEntry(
                key.id(), key.time(), hash, bytes, blob == NO_BLOB ? Optional.empty() : Optional.of(take(in, blob)));
    }

    private static StorageException damaged(byte[] data, int envelope) {
        return new StorageException("row of an entry is damaged: " + data.length + " bytes, envelope of " + envelope);
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
