// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import java.util.List;
import java.util.Optional;

/**
 * Seals by the current data key what another one sealed; names stay.
 *
 * @param form of all values, with both keys
 */
record Resealing(SealedForm form) implements Walk.Change {
    @Override
    public Optional<Walk.Part> entry(StoredEntry kept) {
        if (form.isCurrent(kept)) {
            return Optional.empty();
        }
        StoredEntry fresh = form.reseal(kept);
        return Optional.of(new Walk.Part(
                kept.id(), batch -> batch.removeEntries(List.of(kept.id())).entries(List.of(fresh))));
    }

    @Override
    public Optional<Walk.Part> metadata(String name, byte[] value) {
        if (form.isCurrentMetadata(name, value)) {
            return Optional.empty();
        }
        byte[] fresh = form.seal(form.openMetadata(name, value));
        return Optional.of(new Walk.Part(name, batch -> batch.metadata(name, fresh)));
    }

    @Override
    public Optional<Walk.Part> card(StoredCard kept) {
        if (form.isCurrentCard(kept.encoded())) {
            return Optional.empty();
        }
        var fresh = form.seal(form.openCard(kept.encoded()));
        return Optional.of(new Walk.Part(
                kept.agentId(),
                batch -> batch.removeAgents(List.of(kept.agentId())).agents(List.of(fresh))));
    }

    @Override
    public Optional<Walk.Part> record(StoredRecord kept) {
        if (form.isCurrent(kept)) {
            return Optional.empty();
        }
        StoredRecord fresh = form.seal(form.open(kept));
        return Optional.of(new Walk.Part(kept.key(), batch -> batch.records(List.of(fresh))));
    }

    @Override
    public Optional<Walk.Part> chunk(StoredChunk kept) {
        if (form.isCurrent(kept)) {
            return Optional.empty();
        }
        StoredChunk fresh = form.seal(form.open(kept));
        return Optional.of(new Walk.Part(
                kept.hash(), batch -> batch.removeChunks(List.of(kept.hash())).chunks(List.of(fresh))));
    }
}
