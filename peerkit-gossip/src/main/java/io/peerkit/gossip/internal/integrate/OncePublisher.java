// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.Audience;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.Publication;
import io.peerkit.api.StorageException;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/**
 * Publishes under keys, each at most once: a record that names the publication is written in one batch with its entry.
 *
 * <p>Calls that gather while a group of them is looked up and written make the next group. So a lookup sees whatever an
 * earlier call wrote, and two calls with one key cannot miss each other. In a shared store the records are written on condition that none
 * of them is there; when another process was faster, the group is looked up again. Belongs to the node loop.
 */
public final class OncePublisher {
    /** The collection of the records: key to entry id and blob hash. */
    static final String COLLECTION = "published";

    private static final int ID_BYTES = 32;

    /**
     * One call.
     *
     * @param keys as many as blobs
     * @param blobs not changed by anyone any more
     * @param hashes of them
     * @param done completes with the first publication under each key
     */
    public record Call(
            List<RecordKey> keys,
            List<byte[]> blobs,
            List<BlobHash> hashes,
            CompletableFuture<List<Publication>> done) {
        long bytes() {
            return blobs.stream().mapToLong(blob -> blob.length).sum();
        }
    }

    private final NodeLoop loop;
    private final Storage storage;
    private final Publisher publisher;
    private final Deque<Call> waiting = new ArrayDeque<>();
    private int waitingEntries;
    private long waitingBytes;
    private boolean busy;

    /**
     * @param publisher stores and pushes
     */
    public OncePublisher(NodeLoop loop, Storage storage, Publisher publisher) {
        this.loop = loop;
        this.storage = storage;
        this.publisher = publisher;
    }

    /**
     * The key of a record.
     *
     * @throws LimitExceededException when it is too short or too long
     */
    public static RecordKey key(byte[] key) {
        if (key.length == 0 || key.length > PeerkitNode.MAX_KEY_BYTES) {
            throw new LimitExceededException(
                    "key of " + key.length + " bytes, must have 1 to " + PeerkitNode.MAX_KEY_BYTES);
        }
        return RecordKey.of(COLLECTION, key);
    }

    private static StoredRecord record(RecordKey key, Publication publication) {
        byte[] value = new byte[2 * ID_BYTES];
        publication.entry().copyTo(value, 0);
        publication.hash().copyTo(value, ID_BYTES);
        return new StoredRecord(key, value);
    }

    private static Publication publication(RecordKey key, byte[] value) {
        if (value.length != 2 * ID_BYTES) {
            throw new StorageException("record " + key + " of " + value.length + " bytes, must have " + 2 * ID_BYTES);
        }
        return new Publication(
                EntryId.of(Arrays.copyOf(value, ID_BYTES)),
                BlobHash.of(Arrays.copyOfRange(value, ID_BYTES, 2 * ID_BYTES)));
    }

    /** Takes a call. */
    public void publish(Call call) {
        if (waitingEntries + call.blobs().size() > Publisher.MAX_WAITING_ENTRIES
                || waitingBytes + call.bytes() > Publisher.MAX_WAITING_BYTES) {
            call.done()
                    .completeExceptionally(new LimitExceededException("publications that wait for their key: "
                            + waitingEntries + " of " + waitingBytes + " bytes, at most "
                            + Publisher.MAX_WAITING_ENTRIES + " of " + Publisher.MAX_WAITING_BYTES));
            return;
        }
        waitingEntries += call.blobs().size();
        waitingBytes += call.bytes();
        waiting.add(call);
        next();
    }

    /** Removes the records of keys. */
    public void forget(List<RecordKey> keys, CompletableFuture<Void> done) {
        LoopHop.then(
                loop,
                storage.write(WriteBatch.builder().removeRecords(keys).build()),
                written -> done.complete(null),
                done::completeExceptionally);
    }

    private void next() {
        if (busy || waiting.isEmpty()) {
            return;
        }
        busy = true;
        List<Call> group = new ArrayList<>();
        int entries = 0;
        long bytes = 0;
        while (!waiting.isEmpty()
                && (group.isEmpty()
                        || (entries + waiting.element().blobs().size() <= PeerkitNode.MAX_BATCH
                                && bytes + waiting.element().bytes() <= Publisher.MAX_CALL_BYTES))) {
            Call call = waiting.remove();
            entries += call.blobs().size();
            bytes += call.bytes();
            group.add(call);
        }
        waitingEntries -= entries;
        waitingBytes -= bytes;
        lookUp(group);
    }

    private void lookUp(List<Call> group) {
        Map<RecordKey, CompletableFuture<Optional<byte[]>>> lookups = new LinkedHashMap<>();
        for (Call call : group) {
            call.keys().forEach(key -> lookups.computeIfAbsent(key, storage::record));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(lookups.values().toArray(CompletableFuture<?>[]::new));
        LoopHop.then(loop, all, done -> lookedUp(group, lookups), reason -> failed(group, reason));
    }

    private void lookedUp(List<Call> group, Map<RecordKey, CompletableFuture<Optional<byte[]>>> lookups) {
        Map<RecordKey, Publication> known = new LinkedHashMap<>();
        try {
            lookups.forEach((key, found) -> found.join().ifPresent(value -> known.put(key, publication(key, value))));
        } catch (StorageException e) {
            failed(group, e);
            return;
        }
        List<Call> rest = new ArrayList<>();
        for (Call call : group) {
            if (known.keySet().containsAll(call.keys())) {
                answer(call, known);
            } else {
                rest.add(call);
            }
        }
        if (rest.isEmpty()) {
            ended();
        } else {
            write(rest, known);
        }
    }

    private void write(List<Call> group, Map<RecordKey, Publication> known) {
        Map<RecordKey, byte[]> fresh = new LinkedHashMap<>();
        List<BlobHash> hashes = new ArrayList<>();
        for (Call call : group) {
            for (int i = 0; i < call.keys().size(); i++) {
                RecordKey key = call.keys().get(i);
                if (!known.containsKey(key)
                        && fresh.putIfAbsent(key, call.blobs().get(i)) == null) {
                    hashes.add(call.hashes().get(i));
                }
            }
        }
        List<RecordKey> keys = List.copyOf(fresh.keySet());
        CompletableFuture<List<Publication>> done = new CompletableFuture<>();
        publisher.publish(new Publisher.Call(
                List.copyOf(fresh.values()),
                hashes,
                EntryHeader.KIND_BLOB,
                List.of(),
                OptionalInt.empty(),
                (index, entry) -> List.of(record(keys.get(index), new Publication(entry, hashes.get(index)))),
                // Alone, no other process can come between the lookup and this.
                storage.isShared() && storage.hasConditions(),
                List.of(),
                List.of(),
                done,
                Audience.everybody()));
        LoopHop.then(
                loop,
                done,
                publications -> {
                    for (int i = 0; i < keys.size(); i++) {
                        known.put(keys.get(i), publications.get(i));
                    }
                    group.forEach(call -> answer(call, known));
                    ended();
                },
                reason -> {
                    if (reason instanceof Publisher.AlreadyThereException) {
                        lookUp(group);
                    } else {
                        failed(group, reason);
                    }
                });
    }

    private static void answer(Call call, Map<RecordKey, Publication> known) {
        List<Publication> publications = new ArrayList<>(call.keys().size());
        for (RecordKey key : call.keys()) {
            publications.add(Optional.ofNullable(known.get(key)).orElseThrow());
        }
        call.done().complete(publications);
    }

    private void failed(List<Call> group, Throwable reason) {
        group.forEach(call -> call.done().completeExceptionally(reason));
        ended();
    }

    private void ended() {
        busy = false;
        next();
    }
}
