// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * How far sealing anew has come. It is written with what it tells of, so that after a crash the next opening goes on where
 * the last step ended.
 *
 * <pre>{@code
 *   phase (1) || length of index (1) || index || cursor
 * }</pre>
 *
 * @param phase what is sealed anew
 * @param index the key of the last index record that is done; in {@link Phase#RECORDS} the one whose collection is under way
 * @param cursor the last entry (time, id) or record of the collection that is done
 */
record RotationState(Phase phase, byte[] index, byte[] cursor) {
    /** What is sealed anew, in this order; the codes never change. */
    enum Phase {
        ENTRIES(1),
        INDEX(2),
        RECORDS(3),
        CARDS(4),
        /** Everything is; the old data key can go. */
        SEALED(5),
        /** The old data key is gone from the ring, and not yet from the disk. */
        COMPACT(6),
        DONE(7);

        private final byte code;

        Phase(int code) {
            this.code = (byte) code;
        }

        private static Phase ofCode(byte code) {
            for (Phase phase : values()) {
                if (phase.code == code) {
                    return phase;
                }
            }
            throw new StorageException("phase of rotation " + code + ", this release reads 1 to " + DONE.code);
        }
    }

    private static final byte[] NOTHING = {};
    static final RotationState START = of(Phase.ENTRIES);

    static RotationState of(Phase phase) {
        return new RotationState(phase, NOTHING, NOTHING);
    }

    static RotationState behind(EntryKey key) {
        byte[] cursor = ByteBuffer.allocate(40)
                .putLong(key.time())
                .put(key.id().toBytes())
                .array();
        return new RotationState(Phase.ENTRIES, NOTHING, cursor);
    }

    static RotationState behindIndex(byte[] index) {
        return new RotationState(Phase.INDEX, index, NOTHING);
    }

    static RotationState behindRecord(byte[] index, byte[] key) {
        return new RotationState(Phase.RECORDS, index, key);
    }

    Optional<EntryKey> entry() {
        return bytes(cursor)
                .map(key -> new EntryKey(
                        ByteBuffer.wrap(key).getLong(), EntryId.of(Arrays.copyOfRange(key, 8, key.length))));
    }

    static Optional<byte[]> bytes(byte[] cursor) {
        return cursor.length == 0 ? Optional.empty() : Optional.of(cursor);
    }

    byte[] encode() {
        return ByteBuffer.allocate(2 + index.length + cursor.length)
                .put(phase.code)
                .put((byte) index.length)
                .put(index)
                .put(cursor)
                .array();
    }

    /** Reads a state that was authenticated. */
    static RotationState decode(byte[] encoded) {
        int indexEnd = encoded.length < 2 ? -1 : 2 + (encoded[1] & 0xff);
        if (indexEnd < 0 || indexEnd > encoded.length) {
            throw new StorageException("the state of the rotation is cut short");
        }
        return new RotationState(
                Phase.ofCode(encoded[0]),
                Arrays.copyOfRange(encoded, 2, indexEnd),
                Arrays.copyOfRange(encoded, indexEnd, encoded.length));
    }
}
