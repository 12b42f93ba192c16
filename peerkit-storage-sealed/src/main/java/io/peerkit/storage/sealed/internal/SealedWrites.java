// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Seals batches and passes them on. */
final class SealedWrites {
    /**
     * How often records of a conditional write are read anew that were changed in between. Each time somebody else got on with them; who
     * loses so often may as well be told that they are not as expected.
     */
    private static final int MAX_ATTEMPTS = 100;

    private final Storage inner;
    private final InFlight inFlight = new InFlight();
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

    /**
     * Writes if records are as expected. The same value is sealed differently each time, so the store below is told to expect the very bytes that
     * were read and opened; when those have changed meanwhile they are looked at again, as a rotation may have sealed them anew.
     */
    CompletableFuture<Optional<BitSet>> writeIf(List<RecordCondition> conditions, WriteBatch batch) {
        return writeIf(conditions, batch, 1);
    }

    private CompletableFuture<Optional<BitSet>> writeIf(
            List<RecordCondition> conditions, WriteBatch batch, int attempt) {
        List<CompletableFuture<Optional<byte[]>>> reads = conditions.stream()
                .map(condition -> inner.record(condition.key()))
                .toList();
        CompletableFuture<Void> all = CompletableFuture.allOf(reads.toArray(CompletableFuture<?>[]::new));
        return Futures.compose(all, done -> {
            List<RecordCondition> below = new ArrayList<>(conditions.size());
            for (int i = 0; i < reads.size(); i++) {
                RecordCondition condition = conditions.get(i);
                Optional<byte[]> found = reads.get(i).join();
                if (!condition.holdsFor(found.map(value -> form.openRecord(condition.key(), value)))) {
                    return CompletableFuture.completedFuture(Optional.empty());
                }
                below.add(new RecordCondition(condition.key(), found));
            }
            CompletableFuture<Optional<BitSet>> written = send(batch, closed -> inner.writeIf(below, closed));
            return Futures.compose(
                    written,
                    added -> added.isPresent() || attempt == MAX_ATTEMPTS
                            ? CompletableFuture.completedFuture(added)
                            : writeIf(conditions, batch, attempt + 1));
        });
    }

    CompletableFuture<BitSet> write(WriteBatch batch) {
        return send(batch, inner::write);
    }

    private <T> CompletableFuture<T> send(WriteBatch batch, Function<WriteBatch, CompletableFuture<T>> below) {
        // Before the form is read: who changes the form and then waits for all writes that have begun has waited for
        // every write in the old form.
        InFlight.Write write = inFlight.begin(batch);
        try {
            CompletableFuture<T> written = below.apply(sealed(batch, form));
            return Futures.map(written.whenComplete((added, failure) -> inFlight.end(write)), added -> added);
        } catch (RuntimeException | Error e) {
            inFlight.end(write);
            throw e;
        }
    }

    private static WriteBatch sealed(WriteBatch batch, SealedForm with) {
        IndexNames names = with.names();
        WriteBatch.Builder sealed = WriteBatch.builder()
                .removeEntries(batch.removedEntries())
                .entries(batch.entries().stream().map(with::seal).toList())
                .removeMetadata(
                        batch.removedMetadata().stream().map(names::metadata).toList())
                .removeAgents(batch.removedAgents().stream().map(names::agent).toList())
                .agents(batch.agents().stream()
                        .map(card -> new StoredCard(card.agentId(), card.issuedAt(), card.encoded()))
                        .map(with::seal)
                        .toList())
                .removeRecords(batch.removedRecords())
                .records(batch.records().stream().map(with::seal).toList())
                .removeChunks(batch.removedChunks().stream().map(names::chunk).toList())
                .chunks(batch.chunks().stream().map(with::seal).toList());
        batch.metadata()
                .forEach((name, value) ->
                        sealed.metadata(names.metadata(name), with.seal(new SealedForm.Metadata(name, value))));
        return sealed.build();
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
            batch.removedMetadata().forEach(name -> touched.add(names.metadata(name)));
            batch.metadata().keySet().forEach(name -> touched.add(names.metadata(name)));
            batch.removedAgents().forEach(agent -> touched.add(names.agent(agent)));
            batch.agents().forEach(card -> touched.add(names.agent(card.agentId())));
            touched.addAll(batch.removedRecords());
            touched.addAll(batch.records().stream().map(StoredRecord::key).toList());
        }
        return touched;
    }
}
