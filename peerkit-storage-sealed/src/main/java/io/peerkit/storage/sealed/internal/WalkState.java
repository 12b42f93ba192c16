// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.RecordKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * How far a {@link Walk} has come. It is written with what it tells of, so that after a crash the next one goes on where the last
 * step ended.
 *
 * <pre>{@code
 *   phase (1) || length of collection (1) || collection || cursor
 * }</pre>
 *
 * @param phase what is gone over
 * @param inCollection the collection under way, empty before the first and in other phases
 * @param cursor the last thing that is done: entry (time, id), name, agent, key of a record, hash
 */
record WalkState(Phase phase, String inCollection, byte[] cursor) {
    /** What is gone over, in this order; the codes never change. */
    enum Phase {
        ENTRIES(1),
        METADATA(2),
        CARDS(3),
        RECORDS(4),
        CHUNKS(5),
        /** Everything was. */
        WALKED(6),
        /** What it was all for is done, but not yet gone from the disk. */
        COMPACT(7),
        DONE(8);

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
            throw new StorageException("phase " + code + " of sealing, this release reads 1 to " + DONE.code);
        }
    }

    private static final byte[] NOTHING = {};
    static final WalkState START = of(Phase.ENTRIES);

    static WalkState of(Phase phase) {
        return new WalkState(phase, "", NOTHING);
    }

    static WalkState behind(EntryKey key) {
        byte[] cursor = ByteBuffer.allocate(40)
                .putLong(key.time())
                .put(key.id().toBytes())
                .array();
        return new WalkState(Phase.ENTRIES, "", cursor);
    }

    static WalkState behindName(String name) {
        return new WalkState(Phase.METADATA, "", name.getBytes(StandardCharsets.UTF_8));
    }

    static WalkState behindCard(AgentId agent) {
        return new WalkState(Phase.CARDS, "", agent.toBytes());
    }

    static WalkState ofCollection(String collection) {
        return new WalkState(Phase.RECORDS, collection, NOTHING);
    }

    static WalkState behindRecord(RecordKey key) {
        return new WalkState(Phase.RECORDS, key.collection(), key.key());
    }

    static WalkState behindChunk(BlobHash hash) {
        return new WalkState(Phase.CHUNKS, "", hash.toBytes());
    }

    Optional<EntryKey> entry() {
        return key().map(key ->
                new EntryKey(ByteBuffer.wrap(key).getLong(), EntryId.of(Arrays.copyOfRange(key, 8, key.length))));
    }

    Optional<String> name() {
        return key().map(key -> new String(key, StandardCharsets.UTF_8));
    }

    /** An agent's or a chunk's. */
    Optional<byte[]> id() {
        return key();
    }

    Optional<String> collection() {
        return inCollection.isEmpty() ? Optional.empty() : Optional.of(inCollection);
    }

    Optional<byte[]> key() {
        return cursor.length == 0 ? Optional.empty() : Optional.of(cursor);
    }

    byte[] encode() {
        byte[] collection = inCollection.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(2 + collection.length + cursor.length)
                .put(phase.code)
                .put((byte) collection.length)
                .put(collection)
                .put(cursor)
                .array();
    }

    /** Reads a state that was authenticated. */
    static WalkState decode(byte[] encoded) {
        int end = encoded.length < 2 ? -1 : 2 + (encoded[1] & 0xff);
        if (end < 0 || end > encoded.length) {
            throw new StorageException("the state of the sealing is cut short");
        }
        return new WalkState(
                Phase.ofCode(encoded[0]),
                new String(encoded, 2, end - 2, StandardCharsets.US_ASCII),
                Arrays.copyOfRange(encoded, end, encoded.length));
    }
}
