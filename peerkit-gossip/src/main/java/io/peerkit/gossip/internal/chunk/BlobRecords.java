// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.chunk;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * What the store remembers of large blobs. An <em>owner</em> is 32 bytes under which chunks are used: the hash of the
 * manifest for a blob that was fetched, chance for one that was published here, since its manifest is known at the end only.
 *
 * <pre>{@code
 *   collection    key                      value
 *   blob-todo     entry                    hash of the manifest         an entry whose large blob is not here yet
 *   large-blob    hash of the manifest     a State
 *   blob-content  hash of the content      hash of the manifest         written when all is here and right, never before
 *   chunk-use     hash of the chunk, owner nothing                      keeps the chunk; pages are chunks too
 *   chunk-mark    hash of the chunk        who used or removed it last; only where several processes share the store
 *   blob-release  owner                    hash of the manifest         its uses, and chunks that nobody else uses, are to go
 *   blob-orphan   hash of the manifest     nothing                      a deleted entry had it; the manifest is kept as a chunk
 *   blob-upload   owner                    nothing; 1 once published    a content that is being read
 *   upload-part   owner, number (8)        hashes of chunks             what an upload has written so far
 * }</pre>
 *
 * <p>A use is written before or with what it keeps, and removed before it, so that after a crash at any moment a chunk
 * without a use does not exist or is found through {@code blob-release} or {@code upload-part}.
 */
public final class BlobRecords {
    /** Entries whose large blob is not here yet. */
    public static final String TODO = "blob-todo";

    /** States of large blobs. */
    public static final String STATE = "large-blob";

    /** From contents to manifests. */
    public static final String CONTENT = "blob-content";

    /** Who uses a chunk. */
    public static final String USE = "chunk-use";

    /** Who used or removed a chunk last. */
    public static final String MARK = "chunk-mark";

    /** Owners whose uses are to go. */
    public static final String RELEASE = "blob-release";

    /** Manifests whose last entry may have gone. */
    public static final String ORPHAN = "blob-orphan";

    /** Uploads. */
    public static final String UPLOAD = "blob-upload";

    /** Chunks of uploads. */
    public static final String UPLOAD_PART = "upload-part";

    /** The length of hashes, entries and owners in bytes. */
    public static final int ID_BYTES = 32;

    private static final byte[] NOTHING = {};
    private static final byte[] PUBLISHED = {1};
    private static final int COMPLETE = 1;
    private static final int REFUSED = 2;
    private static final CborLimits LIMITS = new CborLimits(1_024, 1, 16);

    /**
     * What is known of a large blob that is not to be fetched any more.
     *
     * @param complete whether it is all here; otherwise its author lied about it
     * @param content the SHA-256 of the content
     * @param size the content's length in bytes
     * @param entry brought it here
     * @param owner uses its chunks, 32 bytes
     */
    public record State(boolean complete, BlobHash content, long size, EntryId entry, byte[] owner) {}

    private BlobRecords() {}

    /** The entry's blob is to be fetched. */
    public static StoredRecord todo(EntryId entry, BlobHash manifest) {
        return new StoredRecord(todoKey(entry), manifest.toBytes());
    }

    /** Names the wish for an entry's blob. */
    public static RecordKey todoKey(EntryId entry) {
        return RecordKey.of(TODO, entry.toBytes());
    }

    /** Where a content's manifest is found. */
    public static StoredRecord content(BlobHash content, BlobHash manifest) {
        return new StoredRecord(contentKey(content), manifest.toBytes());
    }

    /** Names what is known of a content. */
    public static RecordKey contentKey(BlobHash content) {
        return RecordKey.of(CONTENT, content.toBytes());
    }

    /** What is known of a large blob. */
    public static StoredRecord state(BlobHash manifest, State state) {
        return new StoredRecord(
                stateKey(manifest),
                Cbor.encode(CborMap.builder()
                        .put("c", state.content().toBytes())
                        .put("e", state.entry().toBytes())
                        .put("o", state.owner())
                        .put("s", state.size())
                        .put("t", state.complete() ? COMPLETE : REFUSED)
                        .build()));
    }

    /** Names what is known of a large blob. */
    public static RecordKey stateKey(BlobHash manifest) {
        return RecordKey.of(STATE, manifest.toBytes());
    }

    /**
     * Reads what is known of a large blob.
     *
     * @throws StorageException when the store gave something else
     */
    public static State readState(byte[] value) {
        try {
            CborMap map = Cbor.decodeMap("state of a large blob", value, LIMITS);
            return new State(
                    map.requireInt("t", COMPLETE, REFUSED) == COMPLETE,
                    BlobHash.of(map.requireBytesExact("c", ID_BYTES)),
                    map.requireLong("s", BlobManifest.MIN_SIZE, BlobManifest.MAX_SIZE),
                    EntryId.of(map.requireBytesExact("e", ID_BYTES)),
                    map.requireBytesExact("o", ID_BYTES));
        } catch (InvalidBytesException e) {
            throw new StorageException("the store holds a damaged record of a large blob", e);
        }
    }

    /** An owner uses a chunk. */
    public static StoredRecord use(BlobHash chunk, byte[] owner) {
        return new StoredRecord(useKey(chunk, owner), NOTHING);
    }

    /** Names the use of a chunk by an owner. */
    public static RecordKey useKey(BlobHash chunk, byte[] owner) {
        byte[] key = Arrays.copyOf(chunk.toBytes(), 2 * ID_BYTES);
        System.arraycopy(owner, 0, key, ID_BYTES, ID_BYTES);
        return RecordKey.of(USE, key);
    }

    /**
     * Marks a chunk. Whoever begins to use one writes this, and whoever removes one does so if its own mark is still there: so neither
     * overlooks the other, in another process either.
     *
     * @param by the owner that begins to use the chunk, or what nobody else writes
     */
    public static StoredRecord mark(BlobHash chunk, byte[] by) {
        return new StoredRecord(markKey(chunk), by);
    }

    /** Names the mark of a chunk. */
    public static RecordKey markKey(BlobHash chunk) {
        return RecordKey.of(MARK, chunk.toBytes());
    }

    /** What an owner that begins to use chunks writes. */
    public static List<StoredRecord> uses(Collection<BlobHash> chunks, byte[] owner, boolean shared) {
        List<StoredRecord> records = new ArrayList<>(2 * chunks.size());
        for (BlobHash chunk : chunks) {
            records.add(use(chunk, owner));
            if (shared) {
                records.add(mark(chunk, owner));
            }
        }
        return records;
    }

    /** An owner's uses are to go. */
    public static StoredRecord release(byte[] owner, BlobHash manifest) {
        return new StoredRecord(RecordKey.of(RELEASE, owner), manifest.toBytes());
    }

    /** An upload is under way, or published. */
    public static StoredRecord upload(byte[] owner, boolean published) {
        return new StoredRecord(RecordKey.of(UPLOAD, owner), published ? PUBLISHED : NOTHING);
    }

    /** What an upload has written with one batch. */
    public static StoredRecord uploadPart(byte[] owner, long number, List<BlobHash> chunks) {
        byte[] key = Arrays.copyOf(owner, ID_BYTES + Long.BYTES);
        for (int i = 0; i < Long.BYTES; i++) {
            key[ID_BYTES + i] = (byte) (number >>> (8 * (Long.BYTES - 1 - i)));
        }
        byte[] packed = new byte[chunks.size() * ID_BYTES];
        for (int i = 0; i < chunks.size(); i++) {
            chunks.get(i).copyTo(packed, i * ID_BYTES);
        }
        return new StoredRecord(RecordKey.of(UPLOAD_PART, key), packed);
    }

    /** Reads hashes that stand one behind the other. */
    public static List<BlobHash> readHashes(byte[] packed) {
        List<BlobHash> hashes = new ArrayList<>(packed.length / ID_BYTES);
        for (int at = 0; at + ID_BYTES <= packed.length; at += ID_BYTES) {
            hashes.add(BlobHash.of(Arrays.copyOfRange(packed, at, at + ID_BYTES)));
        }
        return hashes;
    }

    /** Reads a hash that is the whole value. */
    public static BlobHash readHash(byte[] value) {
        if (value.length != ID_BYTES) {
            throw new StorageException("record of " + value.length + " bytes, must be " + ID_BYTES);
        }
        return BlobHash.of(value);
    }
}
