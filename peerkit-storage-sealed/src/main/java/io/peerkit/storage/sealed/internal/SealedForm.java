// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.StorageException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the store below is given in place of what the store was given, and back.
 *
 * <pre>{@code
 *   entry     id and time as they are, blob hash by name;
 *             envelope = sealed(blob hash (32) || envelope), blob = sealed(blob)
 *   card      agent by name, issue time as it is; encoded = name (32) || sealed(agent (32) || issued, ms (8) || card)
 *   metadata  name by name, value = sealed(length of the name (1) || name, UTF-8 || value)
 *   record    collection and key as they are, value sealed
 *   chunk     hash by name, bytes = sealed(hash (32) || bytes)
 * }</pre>
 *
 * <p>What a name stands for is sealed with the value, so that it can be listed.
 *
 * @param sealer of the values
 * @param names of what must be found again
 */
record SealedForm(Sealer sealer, IndexNames names) {
    private static final int ID_BYTES = 32;
    private static final int CARD_HEAD_BYTES = ID_BYTES + Long.BYTES;

    StoredEntry seal(StoredEntry entry) {
        return sealed(entry, names.blob(entry.blobHash()));
    }

    private StoredEntry sealed(StoredEntry entry, BlobHash name) {
        byte[] hash = entry.blobHash().toBytes();
        byte[] plain = Arrays.copyOf(hash, ID_BYTES + entry.envelope().length);
        System.arraycopy(entry.envelope(), 0, plain, ID_BYTES, entry.envelope().length);
        return new StoredEntry(
                entry.id(),
                entry.time(),
                name,
                sealer.seal(envelopeOf(entry.key()), plain),
                entry.blob().map(blob -> sealer.seal(blobOf(entry.key(), hash), blob)));
    }

    StoredEntry open(StoredEntry sealed) {
        byte[] plain = sealer.open(envelopeOf(sealed.key()), sealed.envelope());
        if (plain.length < ID_BYTES) {
            throw new StorageException("an envelope has " + plain.length + " bytes, at least " + ID_BYTES);
        }
        byte[] hash = Arrays.copyOf(plain, ID_BYTES);
        return new StoredEntry(
                sealed.id(),
                sealed.time(),
                BlobHash.of(hash),
                Arrays.copyOfRange(plain, ID_BYTES, plain.length),
                sealed.blob().map(blob -> sealer.open(blobOf(sealed.key(), hash), blob)));
    }

    /** The same entry, sealed by the current data key. */
    StoredEntry reseal(StoredEntry sealed) {
        return sealed(open(sealed), sealed.blobHash());
    }

    boolean isCurrent(StoredEntry sealed) {
        return sealer.isCurrent(envelopeOf(sealed.key()), sealed.envelope());
    }

    private static Place envelopeOf(EntryKey key) {
        return Place.of(Place.Kind.ENVELOPE, key.id().toBytes(), bytes(key.time()));
    }

    private static Place blobOf(EntryKey key, byte[] hash) {
        return Place.of(Place.Kind.BLOB, key.id().toBytes(), bytes(key.time()), hash);
    }

    AgentInfo seal(StoredCard card) {
        byte[] plain = ByteBuffer.allocate(CARD_HEAD_BYTES + card.encoded().length)
                .put(card.agentId().toBytes())
                .putLong(card.issuedAt().toEpochMilli())
                .put(card.encoded())
                .array();
        AgentId name = names.agent(card.agentId());
        byte[] sealed = sealer.seal(cardOf(name), plain);
        byte[] encoded = Arrays.copyOf(name.toBytes(), ID_BYTES + sealed.length);
        System.arraycopy(sealed, 0, encoded, ID_BYTES, sealed.length);
        return asInfo(new StoredCard(name, card.issuedAt(), encoded));
    }

    /** Stores keep neither addresses nor the end of a card's life: any will do. */
    static AgentInfo asInfo(StoredCard card) {
        return new AgentInfo(
                card.agentId(), List.of(), card.issuedAt(), card.issuedAt().plusMillis(1), card.encoded());
    }

    StoredCard openCard(byte[] encoded) {
        byte[] plain = sealer.open(cardOf(nameOfCard(encoded)), sealedOfCard(encoded));
        if (plain.length < CARD_HEAD_BYTES) {
            throw new StorageException("an agent card has " + plain.length + " bytes, at least " + CARD_HEAD_BYTES);
        }
        return new StoredCard(
                AgentId.of(Arrays.copyOf(plain, ID_BYTES)),
                Instant.ofEpochMilli(ByteBuffer.wrap(plain).getLong(ID_BYTES)),
                Arrays.copyOfRange(plain, CARD_HEAD_BYTES, plain.length));
    }

    /** Whether a card is one that was sealed in its place. */
    boolean isSealed(StoredCard kept) {
        byte[] encoded = kept.encoded();
        return encoded.length >= ID_BYTES
                && nameOfCard(encoded).equals(kept.agentId())
                && sealer.tryOpen(cardOf(kept.agentId()), sealedOfCard(encoded)).isPresent();
    }

    boolean isCurrentCard(byte[] encoded) {
        return sealer.isCurrent(cardOf(nameOfCard(encoded)), sealedOfCard(encoded));
    }

    private static byte[] sealedOfCard(byte[] encoded) {
        return Arrays.copyOfRange(encoded, ID_BYTES, encoded.length);
    }

    private static AgentId nameOfCard(byte[] encoded) {
        if (encoded.length < ID_BYTES) {
            throw new StorageException("an agent card has " + encoded.length + " bytes, at least " + ID_BYTES);
        }
        return AgentId.of(Arrays.copyOf(encoded, ID_BYTES));
    }

    private static Place cardOf(AgentId name) {
        return new Place(Place.Kind.CARD, name.toBytes());
    }

    StoredRecord seal(StoredRecord item) {
        return new StoredRecord(item.key(), sealer.seal(recordOf(item.key()), item.value()));
    }

    StoredRecord open(StoredRecord sealed) {
        return new StoredRecord(sealed.key(), openRecord(sealed.key(), sealed.value()));
    }

    byte[] openRecord(RecordKey key, byte[] sealed) {
        return sealer.open(recordOf(key), sealed);
    }

    boolean isCurrent(StoredRecord sealed) {
        return sealer.isCurrent(recordOf(sealed.key()), sealed.value());
    }

    private static Place recordOf(RecordKey key) {
        byte[] collection = key.collection().getBytes(StandardCharsets.US_ASCII);
        return Place.of(Place.Kind.RECORD, new byte[] {(byte) collection.length}, collection, key.key());
    }

    /**
     * Metadata as the store above knows it.
     *
     * @param name 1 to 64 characters
     * @param value not copied
     */
    record Metadata(String name, byte[] value) {}

    byte[] seal(Metadata item) {
        byte[] name = item.name().getBytes(StandardCharsets.UTF_8);
        byte[] plain = ByteBuffer.allocate(1 + name.length + item.value().length)
                .put((byte) name.length)
                .put(name)
                .put(item.value())
                .array();
        return sealer.seal(metadataOf(names.metadata(item.name())), plain);
    }

    Metadata openMetadata(String name, byte[] sealed) {
        byte[] plain = sealer.open(metadataOf(name), sealed);
        int end = plain.length == 0 ? 1 : 1 + (plain[0] & 0xff);
        if (end > plain.length) {
            throw new StorageException("metadata has " + plain.length + " bytes, at least " + end);
        }
        return new Metadata(
                new String(plain, 1, end - 1, StandardCharsets.UTF_8), Arrays.copyOfRange(plain, end, plain.length));
    }

    /** Whether a value is one that was sealed under its name. */
    boolean isSealedMetadata(String name, byte[] value) {
        return sealer.tryOpen(metadataOf(name), value).isPresent();
    }

    boolean isCurrentMetadata(String name, byte[] sealed) {
        return sealer.isCurrent(metadataOf(name), sealed);
    }

    /** By the name in the store below. */
    private static Place metadataOf(String name) {
        return new Place(Place.Kind.METADATA, name.getBytes(StandardCharsets.US_ASCII));
    }

    StoredChunk seal(StoredChunk chunk) {
        BlobHash name = names.chunk(chunk.hash());
        byte[] plain = Arrays.copyOf(chunk.hash().toBytes(), ID_BYTES + chunk.bytes().length);
        System.arraycopy(chunk.bytes(), 0, plain, ID_BYTES, chunk.bytes().length);
        return new StoredChunk(name, sealer.seal(chunkOf(name), plain));
    }

    StoredChunk open(StoredChunk sealed) {
        return opened(sealer.open(chunkOf(sealed.hash()), sealed.bytes()));
    }

    /** Opens a chunk if it is one that was sealed in its place. */
    Optional<StoredChunk> tryOpen(StoredChunk kept) {
        return sealer.tryOpen(chunkOf(kept.hash()), kept.bytes()).map(SealedForm::opened);
    }

    private static StoredChunk opened(byte[] plain) {
        if (plain.length < ID_BYTES) {
            throw new StorageException("a chunk has " + plain.length + " bytes, at least " + ID_BYTES);
        }
        return new StoredChunk(
                BlobHash.of(Arrays.copyOf(plain, ID_BYTES)), Arrays.copyOfRange(plain, ID_BYTES, plain.length));
    }

    boolean isCurrent(StoredChunk sealed) {
        return sealer.isCurrent(chunkOf(sealed.hash()), sealed.bytes());
    }

    byte[] seal(Place.Kind progress, byte[] state) {
        return sealer.seal(Place.of(progress), state);
    }

    byte[] open(Place.Kind progress, byte[] sealed) {
        return sealer.open(Place.of(progress), sealed);
    }

    boolean isCurrent(Place.Kind progress, byte[] sealed) {
        return sealer.isCurrent(Place.of(progress), sealed);
    }

    private static Place chunkOf(BlobHash name) {
        return new Place(Place.Kind.CHUNK, name.toBytes());
    }

    private static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
