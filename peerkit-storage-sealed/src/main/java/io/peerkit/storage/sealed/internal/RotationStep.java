// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.BlobHash;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What one step of sealing anew has read and would write.
 *
 * @param parts what was found under the old data key
 * @param next where the step after it begins
 */
record RotationStep(List<Part> parts, RotationState next) {
    /** The most entries, records and cards in a step. */
    static final int MAX_ITEMS = 256;

    /** The most metadata in a step; each may have 64 KiB. */
    static final int MAX_METADATA = 16;

    /** Where a step ends, in bytes of sealed values. */
    static final int MAX_BYTES = 1_048_576;

    /**
     * One value.
     *
     * @param identity as {@link SealedWrites#touched} names it
     * @param change puts it sealed anew into a batch
     */
    record Part(Object identity, Consumer<WriteBatch.Builder> change) {}

    /** Reads what comes behind a state. Blocks. */
    static RotationStep read(Storage inner, SealedForm form, RotationState state) {
        return switch (state.phase()) {
            case ENTRIES -> entries(inner, form, state);
            case INDEX -> index(inner, form, state);
            case RECORDS -> records(inner, form, state);
            case CARDS -> cards(inner, form);
            case SEALED, COMPACT, DONE -> throw new IllegalArgumentException("nothing to read in " + state.phase());
        };
    }

    private static RotationStep entries(Storage inner, SealedForm form, RotationState state) {
        List<StoredEntry> page = Futures.awaitInterruptibly(inner.scan(state.entry(), MAX_ITEMS, MAX_BYTES));
        List<Part> parts = new ArrayList<>();
        for (StoredEntry entry : page) {
            if (!form.isCurrent(entry)) {
                StoredEntry fresh = form.reseal(entry);
                parts.add(new Part(
                        entry.id(),
                        batch -> batch.removeEntries(List.of(entry.id())).entries(List.of(fresh))));
            }
        }
        return new RotationStep(
                parts,
                page.isEmpty()
                        ? RotationState.of(RotationState.Phase.INDEX)
                        : RotationState.behind(page.get(page.size() - 1).key()));
    }

    private static RotationStep index(Storage inner, SealedForm form, RotationState state) {
        List<StoredRecord> page = Futures.awaitInterruptibly(inner.records(
                SealedIndex.COLLECTION, RotationState.bytes(state.index()), MAX_METADATA, Integer.MAX_VALUE));
        if (page.isEmpty()) {
            return new RotationStep(List.of(), RotationState.of(RotationState.Phase.CARDS));
        }
        byte[] first = page.get(0).key().key();
        List<StoredRecord> alike =
                page.stream().takeWhile(item -> item.key().key()[0] == first[0]).toList();
        return switch (first[0]) {
            case SealedIndex.CHUNK -> chunks(inner, form, alike);
            case SealedIndex.METADATA -> metadata(inner, form, alike);
            case SealedIndex.RECORDS -> new RotationStep(List.of(), RotationState.behindRecord(first, new byte[0]));
            // A newer release may name more; it does not let this one open its stores.
            default -> throw new IllegalStateException("index record of kind " + first[0]);
        };
    }

    private static RotationStep chunks(Storage inner, SealedForm form, List<StoredRecord> index) {
        List<BlobHash> names =
                index.stream().map(item -> SealedIndex.chunk(item.key())).toList();
        List<StoredChunk> found = Futures.awaitInterruptibly(inner.chunks(names, MAX_BYTES));
        List<Part> parts = new ArrayList<>();
        long bytes = 0;
        for (StoredChunk chunk : found) {
            bytes += chunk.bytes().length;
            if (!form.isCurrent(chunk)) {
                StoredChunk fresh = form.sealChunk(chunk.hash(), form.openChunk(chunk));
                parts.add(new Part(
                        chunk.hash(),
                        batch -> batch.removeChunks(List.of(chunk.hash())).chunks(List.of(fresh))));
            }
        }
        // What was left out for its size comes behind the last one that was given.
        int last = bytes > MAX_BYTES ? names.indexOf(found.get(found.size() - 1).hash()) : names.size() - 1;
        return new RotationStep(
                parts, RotationState.behindIndex(index.get(last).key().key()));
    }

    private static RotationStep metadata(Storage inner, SealedForm form, List<StoredRecord> index) {
        List<Part> parts = new ArrayList<>();
        for (StoredRecord item : index) {
            String name = SealedIndex.metadata(item.key());
            Optional<byte[]> value = Futures.awaitInterruptibly(inner.metadata(name));
            if (value.isPresent() && !form.isCurrentMetadata(name, value.get())) {
                byte[] fresh = form.sealMetadata(name, form.openMetadata(name, value.get()));
                parts.add(new Part(name, batch -> batch.metadata(name, fresh)));
            }
        }
        return new RotationStep(
                parts,
                RotationState.behindIndex(index.get(index.size() - 1).key().key()));
    }

    private static RotationStep records(Storage inner, SealedForm form, RotationState state) {
        String collection = SealedIndex.collection(state.index());
        List<StoredRecord> page = Futures.awaitInterruptibly(
                inner.records(collection, RotationState.bytes(state.cursor()), MAX_ITEMS, MAX_BYTES));
        List<Part> parts = new ArrayList<>();
        for (StoredRecord item : page) {
            if (!form.isCurrent(item)) {
                StoredRecord fresh = form.seal(form.open(item));
                parts.add(new Part(item.key(), batch -> batch.records(List.of(fresh))));
            }
        }
        return new RotationStep(
                parts,
                page.isEmpty()
                        ? RotationState.behindIndex(state.index())
                        : RotationState.behindRecord(
                                state.index(), page.get(page.size() - 1).key().key()));
    }

    /** As many as a step takes; ends when all that can be listed are sealed anew. */
    private static RotationStep cards(Storage inner, SealedForm form) {
        List<Part> parts = new ArrayList<>();
        for (byte[] encoded : Futures.awaitInterruptibly(inner.agents(Storage.MAX_AGENTS))) {
            if (form.isKnownCard(encoded) && !form.isCurrentCard(encoded) && parts.size() < MAX_ITEMS) {
                var fresh = form.resealCard(encoded);
                parts.add(new Part(
                        fresh.agentId(),
                        batch -> batch.removeAgents(List.of(fresh.agentId())).agents(List.of(fresh))));
            }
        }
        return new RotationStep(
                parts, RotationState.of(parts.isEmpty() ? RotationState.Phase.SEALED : RotationState.Phase.CARDS));
    }
}
