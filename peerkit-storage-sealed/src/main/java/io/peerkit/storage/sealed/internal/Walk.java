// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Goes over everything that a store below keeps, in steps that each fit in memory and in a batch, and asks a {@link Change} what is to
 * become of it. Blocks, on a thread that is interrupted when the store is closed.
 */
final class Walk {
    /** The most entries, records and cards in a step. */
    static final int MAX_ITEMS = 256;

    /** The most metadata in a step; each may have 64 KiB. */
    static final int MAX_METADATA = 16;

    /** Where a step ends, in bytes of values as they are kept. */
    static final int MAX_BYTES = 1_048_576;

    /**
     * What is to become of one value.
     *
     * @param identity as {@link SealedWrites#touched} names it
     * @param change puts the new value into a batch, and the removal of the old one
     */
    record Part(Object identity, Consumer<WriteBatch.Builder> change) {}

    /** Says what is to become of values; nothing where one stays as it is. */
    interface Change {
        Optional<Part> entry(StoredEntry kept);

        Optional<Part> metadata(String name, byte[] value);

        Optional<Part> card(StoredCard kept);

        Optional<Part> record(StoredRecord kept);

        Optional<Part> chunk(StoredChunk kept);
    }

    /**
     * What one step has read and would write.
     *
     * @param parts what changes
     * @param next where the step after it begins
     */
    record Step(List<Part> parts, WalkState next) {}

    private final Storage inner;
    private final Change change;

    Walk(Storage inner, Change change) {
        this.inner = inner;
        this.change = change;
    }

    /** Reads what comes behind a state. */
    Step step(WalkState state) {
        return switch (state.phase()) {
            case ENTRIES -> entries(state);
            case METADATA -> metadata(state);
            case CARDS -> cards(state);
            case RECORDS -> records(state);
            case CHUNKS -> chunks(state);
            case WALKED, COMPACT, DONE -> throw new IllegalArgumentException("nothing to read in " + state.phase());
        };
    }

    private Step entries(WalkState state) {
        List<StoredEntry> page = Futures.awaitInterruptibly(inner.scan(state.entry(), MAX_ITEMS, MAX_BYTES));
        if (page.isEmpty()) {
            return new Step(List.of(), WalkState.of(WalkState.Phase.METADATA));
        }
        EntryKey last = page.get(page.size() - 1).key();
        return new Step(
                page.stream().flatMap(entry -> change.entry(entry).stream()).toList(), WalkState.behind(last));
    }

    /** What the sealed store keeps for itself under names of its own stays as it is. */
    private Step metadata(WalkState state) {
        List<String> page = Futures.awaitInterruptibly(inner.metadataNames(state.name(), MAX_METADATA));
        if (page.isEmpty()) {
            return new Step(List.of(), WalkState.of(WalkState.Phase.CARDS));
        }
        List<Part> parts = new ArrayList<>();
        for (String name : page) {
            if (!OwnMetadata.NAMES.contains(name)) {
                Futures.awaitInterruptibly(inner.metadata(name))
                        .flatMap(value -> change.metadata(name, value))
                        .ifPresent(parts::add);
            }
        }
        return new Step(parts, WalkState.behindName(page.get(page.size() - 1)));
    }

    private Step cards(WalkState state) {
        List<StoredCard> page =
                Futures.awaitInterruptibly(inner.cards(state.id().map(AgentId::of), MAX_ITEMS));
        if (page.isEmpty()) {
            return new Step(List.of(), WalkState.of(WalkState.Phase.RECORDS));
        }
        AgentId last = page.get(page.size() - 1).agentId();
        return new Step(
                page.stream().flatMap(card -> change.card(card).stream()).toList(), WalkState.behindCard(last));
    }

    private Step records(WalkState state) {
        if (state.collection().isPresent()) {
            List<StoredRecord> page = Futures.awaitInterruptibly(
                    inner.records(state.collection().get(), state.key(), MAX_ITEMS, MAX_BYTES));
            if (!page.isEmpty()) {
                return new Step(
                        page.stream()
                                .flatMap(item -> change.record(item).stream())
                                .toList(),
                        WalkState.behindRecord(page.get(page.size() - 1).key()));
            }
        }
        return new Step(
                List.of(),
                Futures.awaitInterruptibly(inner.collections(state.collection(), 1)).stream()
                        .findFirst()
                        .map(WalkState::ofCollection)
                        .orElse(WalkState.of(WalkState.Phase.CHUNKS)));
    }

    private Step chunks(WalkState state) {
        List<BlobHash> names =
                Futures.awaitInterruptibly(inner.chunkHashes(state.id().map(BlobHash::of), WriteBatch.MAX_CHUNKS));
        if (names.isEmpty()) {
            return new Step(List.of(), WalkState.of(WalkState.Phase.WALKED));
        }
        List<StoredChunk> found = Futures.awaitInterruptibly(inner.chunks(names, MAX_BYTES));
        long bytes = found.stream().mapToLong(chunk -> chunk.bytes().length).sum();
        // What was left out for its size comes behind the last one that was given.
        BlobHash last = bytes > MAX_BYTES ? found.get(found.size() - 1).hash() : names.get(names.size() - 1);
        return new Step(
                found.stream().flatMap(chunk -> change.chunk(chunk).stream()).toList(), WalkState.behindChunk(last));
    }
}
