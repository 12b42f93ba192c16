// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.pin;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.Pinned;
import io.peerkit.api.StorageException;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.locate.Wanted;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * What the application pinned: collection {@code pin}, key 1 and the entry (32 bytes) or 2 and the hash of the content (32), no value. A pin
 * counts from the moment it is asked for, and until its record is gone. Belongs to the node loop.
 */
public final class Pins {
    /** The collection. */
    static final String COLLECTION = "pin";

    private static final int ID_BYTES = 32;
    private static final byte ENTRY = 1;
    private static final byte BLOB = 2;
    private static final byte[] NOTHING = {};

    private final NodeLoop loop;
    private final Storage storage;
    private final Set<EntryId> entries = new HashSet<>();
    private final Set<BlobHash> blobs = new HashSet<>();

    /**
     * @param storage remembers them
     */
    public Pins(NodeLoop loop, Storage storage) {
        this.loop = loop;
        this.storage = storage;
    }

    /** Reads what was pinned before; completes on the loop. */
    public CompletableFuture<Void> load() {
        CompletableFuture<Void> loaded = new CompletableFuture<>();
        load(Optional.empty(), loaded);
        return loaded;
    }

    private void load(Optional<byte[]> after, CompletableFuture<Void> loaded) {
        LoopHop.then(
                loop,
                storage.records(COLLECTION, after, Storage.MAX_RECORDS, Integer.MAX_VALUE),
                found -> {
                    if (found.isEmpty()) {
                        loaded.complete(null);
                        return;
                    }
                    try {
                        found.forEach(record -> add(read(record.key().key())));
                    } catch (StorageException e) {
                        loaded.completeExceptionally(e);
                        return;
                    }
                    load(Optional.of(found.get(found.size() - 1).key().key()), loaded);
                },
                loaded::completeExceptionally);
    }

    private static Wanted read(byte[] key) {
        if (key.length != 1 + ID_BYTES || (key[0] != ENTRY && key[0] != BLOB)) {
            throw new StorageException(COLLECTION + " with a key of " + key.length + " bytes, must be " + (1 + ID_BYTES)
                    + " and begin with 1 or 2");
        }
        byte[] id = Arrays.copyOfRange(key, 1, key.length);
        return key[0] == ENTRY ? new Wanted.Entry(EntryId.of(id)) : new Wanted.Blob(BlobHash.of(id));
    }

    private static RecordKey key(Wanted pinned) {
        ByteBuffer key = ByteBuffer.allocate(1 + ID_BYTES);
        if (pinned instanceof Wanted.Entry entry) {
            key.put(ENTRY).put(entry.id().toBytes());
        } else if (pinned instanceof Wanted.Blob blob) {
            key.put(BLOB).put(blob.hash().toBytes());
        }
        return RecordKey.of(COLLECTION, key.array());
    }

    private boolean add(Wanted pinned) {
        return pinned instanceof Wanted.Entry entry
                ? entries.add(entry.id())
                : blobs.add(((Wanted.Blob) pinned).hash());
    }

    private void remove(Wanted pinned) {
        if (pinned instanceof Wanted.Entry entry) {
            entries.remove(entry.id());
        } else {
            blobs.remove(((Wanted.Blob) pinned).hash());
        }
    }

    /** Whether something is pinned itself. */
    boolean contains(Wanted pinned) {
        return pinned instanceof Wanted.Entry entry
                ? entries.contains(entry.id())
                : blobs.contains(((Wanted.Blob) pinned).hash());
    }

    /**
     * Pins.
     *
     * @return completes on the loop when it is durable
     */
    CompletableFuture<Void> pin(Wanted pinned) {
        if (!contains(pinned) && entries.size() + blobs.size() >= PeerkitNode.MAX_PINS) {
            return CompletableFuture.failedFuture(new LimitExceededException(
                    "pins: " + (entries.size() + blobs.size()) + ", at most " + PeerkitNode.MAX_PINS));
        }
        boolean added = add(pinned);
        CompletableFuture<Void> done = new CompletableFuture<>();
        LoopHop.then(
                loop,
                storage.write(WriteBatch.builder()
                        .records(List.of(new StoredRecord(key(pinned), NOTHING)))
                        .build()),
                written -> done.complete(null),
                reason -> {
                    if (added) {
                        remove(pinned);
                    }
                    done.completeExceptionally(reason);
                });
        return done;
    }

    /**
     * Takes a pin back.
     *
     * @return completes on the loop when that is durable; false when it was not pinned
     */
    CompletableFuture<Boolean> unpin(Wanted pinned) {
        if (!contains(pinned)) {
            return CompletableFuture.completedFuture(false);
        }
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        LoopHop.then(
                loop,
                storage.write(
                        WriteBatch.builder().removeRecords(List.of(key(pinned))).build()),
                written -> {
                    remove(pinned);
                    done.complete(true);
                },
                done::completeExceptionally);
        return done;
    }

    /** All of them, in order. */
    Pinned all() {
        return new Pinned(
                entries.stream().sorted().toList(), blobs.stream().sorted().toList());
    }

    /**
     * Whether an entry is to be kept.
     *
     * @param blob the manifest, where the entry stands for a large blob
     */
    public boolean covers(EntryId id, EntryHeader header, Optional<byte[]> blob) {
        if (entries.contains(id)) {
            return true;
        }
        if (blobs.isEmpty()) {
            return false;
        }
        return header.kind() == EntryHeader.KIND_LARGE_BLOB
                ? blob.flatMap(Pins::content).filter(blobs::contains).isPresent()
                : blobs.contains(header.blobHash());
    }

    private static Optional<BlobHash> content(byte[] manifest) {
        try {
            return Optional.of(BlobManifest.decode(manifest).content());
        } catch (InvalidBytesException e) {
            return Optional.empty();
        }
    }
}
