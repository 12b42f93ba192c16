// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredRecord;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What the store remembers beside entries that did not go the ordinary way.
 *
 * <pre>{@code
 *   collection     key                           value
 *   opaque         time (8), entry (32)          nothing   an entry that this version does not understand
 *   blocked-entry  author (32), time (8), entry  nothing   a header of an author who is blocked, stored without its blob
 * }</pre>
 */
public final class SideRecords {
    /** Entries that this version does not understand. */
    static final String OPAQUE = "opaque";

    /** Headers of authors who are blocked. */
    public static final String BLOCKED = "blocked-entry";

    private static final int ID_BYTES = 32;
    private static final int KEY_BYTES = Long.BYTES + ID_BYTES;
    private static final byte[] NOTHING = {};

    private SideRecords() {}

    /** An entry is not understood. */
    public static StoredRecord opaque(EntryKey key) {
        return new StoredRecord(opaqueKey(key), NOTHING);
    }

    /** Names the record of an entry that is not understood. */
    public static RecordKey opaqueKey(EntryKey key) {
        byte[] bytes = new byte[KEY_BYTES];
        put(ByteBuffer.wrap(bytes), key);
        return RecordKey.of(OPAQUE, bytes);
    }

    static StoredRecord blocked(AgentId author, EntryKey key) {
        byte[] bytes = new byte[ID_BYTES + KEY_BYTES];
        put(ByteBuffer.wrap(bytes).put(author.toBytes()), key);
        return new StoredRecord(RecordKey.of(BLOCKED, bytes), NOTHING);
    }

    private static void put(ByteBuffer bytes, EntryKey key) {
        bytes.putLong(key.time()).put(key.id().toBytes());
    }

    /** The entry that a record of either collection is about. */
    public static EntryKey entry(StoredRecord found) {
        byte[] key = found.key().key();
        int expected = found.key().collection().equals(OPAQUE) ? KEY_BYTES : ID_BYTES + KEY_BYTES;
        if (key.length != expected) {
            throw new StorageException(
                    found.key().collection() + " with a key of " + key.length + " bytes, must be " + expected);
        }
        ByteBuffer bytes = ByteBuffer.wrap(key, key.length - KEY_BYTES, KEY_BYTES);
        long time = bytes.getLong();
        return new EntryKey(time, EntryId.of(Arrays.copyOfRange(key, key.length - ID_BYTES, key.length)));
    }

    /** The author of a header that is blocked. */
    public static AgentId author(StoredRecord found) {
        return AgentId.of(Arrays.copyOf(found.key().key(), ID_BYTES));
    }
}
