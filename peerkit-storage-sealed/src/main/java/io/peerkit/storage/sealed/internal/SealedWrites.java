// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.BlobHash;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Seals batches and passes them on, with the records of the {@link SealedIndex} that belong to them. */
final class SealedWrites {
    /** How many index records are remembered as written; others are written with each batch that needs them. */
    static final int MAX_REMEMBERED = 4_096;

    private final Storage inner;
    private final InFlight inFlight = new InFlight();
    private final Set<RecordKey> indexed = ConcurrentHashMap.newKeySet();
    private volatile SealedForm form;

    SealedWrites(Storage inner, SealedForm form) {
        this.inner = inner;
        this.form = form;
    }

    SealedForm form() {
        return form;
    }

    InFlight inFlight() {
        return inFlight;
    }

    /** Seals from now on in another form; what begins later than this call does so. */
    void use(SealedForm next) {
        form = next;
    }

    static void checkCollection(String collection) {
        if (collection.equals(SealedIndex.COLLECTION)) {
            throw new IllegalArgumentException("collection " + collection + " belongs to the sealed store itself");
        }
    }

    CompletableFuture<BitSet> write(WriteBatch batch) {
        batch.removedRecords().forEach(key -> checkCollection(key.collection()));
        batch.records().forEach(item -> checkCollection(item.key().collection()));
        // Before the form is read: who changes the form and then waits for all writes that have begun has waited for
        // every write in the old form.
        InFlight.Write write = inFlight.begin(batch);
        try {
            List<RecordKey> fresh = new ArrayList<>();
            CompletableFuture<BitSet> written = inner.write(sealed(batch, form, fresh));
            return Futures.map(
                    written.whenComplete((added, failure) -> {
                        inFlight.end(write);
                        if (failure == null && indexed.size() < MAX_REMEMBERED) {
                            indexed.addAll(fresh);
                        }
                    }),
                    added -> added);
        } catch (RuntimeException | Error e) {
            inFlight.end(write);
            throw e;
        }
    }

    private WriteBatch sealed(WriteBatch batch, SealedForm with, List<RecordKey> fresh) {
        WriteBatch.Builder sealed = WriteBatch.builder()
                .removeEntries(batch.removedEntries())
                .entries(batch.entries().stream().map(with::seal).toList())
                .removeAgents(
                        batch.removedAgents().stream().map(with.names()::agent).toList())
                .agents(batch.agents().stream().map(with::seal).toList())
                .removeRecords(batch.removedRecords())
                .records(batch.records().stream().map(with::seal).toList());
        Set<RecordKey> index = new LinkedHashSet<>();
        batch.metadata().forEach((plainName, value) -> {
            String name = with.names().metadata(plainName);
            sealed.metadata(name, with.sealMetadata(name, value));
            index.add(SealedIndex.ofMetadata(name));
        });
        new HashSet<>(batch.records().stream()
                        .map(item -> item.key().collection())
                        .toList())
                .forEach(collection -> index.add(SealedIndex.ofCollection(collection)));
        index.removeAll(indexed);
        fresh.addAll(index);
        batch.chunks().forEach(chunk -> {
            BlobHash name = with.names().chunk(chunk.hash());
            sealed.chunks(List.of(with.sealChunk(name, chunk.bytes())));
            index.add(SealedIndex.ofChunk(name));
        });
        removeChunks(batch, with, sealed);
        return sealed.records(index.stream().map(SealedIndex::record).toList()).build();
    }

    /** As many of the index records go with the chunks as fit; the others do no harm. */
    private static void removeChunks(WriteBatch batch, SealedForm with, WriteBatch.Builder sealed) {
        List<BlobHash> gone =
                batch.removedChunks().stream().map(with.names()::chunk).toList();
        sealed.removeChunks(gone)
                .removeRecords(gone.stream()
                        .limit(WriteBatch.MAX_RECORDS - batch.removedRecords().size())
                        .map(SealedIndex::ofChunk)
                        .toList());
    }

    /**
     * What batches change, as the store below knows it: ids of entries, names of chunks, metadata and agents, keys of records. Ids of
     * entries and names of chunks only where they are removed, since adding what is there changes nothing.
     */
    Set<Object> touched(List<WriteBatch> batches) {
        IndexNames names = form.names();
        Set<Object> touched = new HashSet<>();
        for (WriteBatch batch : batches) {
            touched.addAll(batch.removedEntries());
            batch.removedChunks().forEach(hash -> touched.add(names.chunk(hash)));
            batch.metadata().keySet().forEach(name -> touched.add(names.metadata(name)));
            batch.removedAgents().forEach(agent -> touched.add(names.agent(agent)));
            batch.agents().forEach(card -> touched.add(names.agent(card.agentId())));
            touched.addAll(batch.removedRecords());
            touched.addAll(batch.records().stream().map(StoredRecord::key).toList());
        }
        return touched;
    }
}
