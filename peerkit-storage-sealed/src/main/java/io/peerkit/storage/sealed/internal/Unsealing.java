// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.BlobHash;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Opens what a store has sealed.
 *
 * <p>Entries and records keep their places, so what comes behind the state is sealed. Metadata, cards and chunks move to other names and
 * may be met there again, opened. What does not open must therefore show that it is what was opened, or it is damage: a name that is not of
 * 64 hexadecimal digits, a card that does not begin with its agent, a chunk whose hash is its name.
 *
 * @param form of the sealed values
 */
record Unsealing(SealedForm form) implements Walk.Change {
    private static final Pattern SEALED_NAME = Pattern.compile("[0-9a-f]{64}");

    @Override
    public Optional<Walk.Part> entry(StoredEntry kept) {
        StoredEntry plain = form.open(kept);
        return Optional.of(new Walk.Part(
                kept.id(), batch -> batch.removeEntries(List.of(kept.id())).entries(List.of(plain))));
    }

    @Override
    public Optional<Walk.Part> metadata(String name, byte[] value) {
        if (!SEALED_NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        SealedForm.Metadata plain = form.openMetadata(name, value);
        return Optional.of(new Walk.Part(
                name, batch -> batch.removeMetadata(List.of(name)).metadata(plain.name(), plain.value())));
    }

    @Override
    public Optional<Walk.Part> card(StoredCard kept) {
        byte[] agent = kept.agentId().toBytes();
        int start = Math.min(agent.length, kept.encoded().length);
        if (!Arrays.equals(agent, 0, agent.length, kept.encoded(), 0, start)) {
            return Optional.empty();
        }
        StoredCard plain = form.openCard(kept.encoded());
        return Optional.of(new Walk.Part(
                kept.agentId(),
                batch -> batch.removeAgents(List.of(kept.agentId())).agents(List.of(SealedForm.asInfo(plain)))));
    }

    @Override
    public Optional<Walk.Part> record(StoredRecord kept) {
        StoredRecord plain = form.open(kept);
        return Optional.of(new Walk.Part(kept.key(), batch -> batch.records(List.of(plain))));
    }

    @Override
    public Optional<Walk.Part> chunk(StoredChunk kept) {
        Optional<StoredChunk> plain = form.tryOpen(kept);
        if (plain.isEmpty() && !BlobHash.ofBlob(kept.bytes()).equals(kept.hash())) {
            throw new StorageException(
                    "a chunk is neither sealed nor what its hash says; the store is damaged or was changed");
        }
        return plain.map(chunk -> new Walk.Part(
                kept.hash(), batch -> batch.removeChunks(List.of(kept.hash())).chunks(List.of(chunk))));
    }
}
