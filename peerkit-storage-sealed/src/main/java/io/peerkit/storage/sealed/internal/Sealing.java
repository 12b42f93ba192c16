// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import java.util.List;
import java.util.Optional;

/**
 * Seals what a store has.
 *
 * <p>Entries and records keep their places, so what comes behind the state is not sealed. Metadata, cards and chunks move to other
 * names and may be met there again: what opens as sealed in its place is, since nothing else can.
 *
 * @param form of the sealed values
 */
record Sealing(SealedForm form) implements Walk.Change {
    @Override
    public Optional<Walk.Part> entry(StoredEntry kept) {
        StoredEntry sealed = form.seal(kept);
        return Optional.of(new Walk.Part(
                kept.id(), batch -> batch.removeEntries(List.of(kept.id())).entries(List.of(sealed))));
    }

    @Override
    public Optional<Walk.Part> metadata(String name, byte[] value) {
        if (form.isSealedMetadata(name, value)) {
            return Optional.empty();
        }
        byte[] sealed = form.seal(new SealedForm.Metadata(name, value));
        return Optional.of(new Walk.Part(
                name,
                batch -> batch.removeMetadata(List.of(name))
                        .metadata(form.names().metadata(name), sealed)));
    }

    @Override
    public Optional<Walk.Part> card(StoredCard kept) {
        if (form.isSealed(kept)) {
            return Optional.empty();
        }
        var sealed = form.seal(kept);
        return Optional.of(new Walk.Part(
                kept.agentId(),
                batch -> batch.removeAgents(List.of(kept.agentId())).agents(List.of(sealed))));
    }

    @Override
    public Optional<Walk.Part> record(StoredRecord kept) {
        StoredRecord sealed = form.seal(kept);
        return Optional.of(new Walk.Part(kept.key(), batch -> batch.records(List.of(sealed))));
    }

    @Override
    public Optional<Walk.Part> chunk(StoredChunk kept) {
        if (form.tryOpen(kept).isPresent()) {
            return Optional.empty();
        }
        StoredChunk sealed = form.seal(kept);
        return Optional.of(new Walk.Part(
                kept.hash(), batch -> batch.removeChunks(List.of(kept.hash())).chunks(List.of(sealed))));
    }
}
