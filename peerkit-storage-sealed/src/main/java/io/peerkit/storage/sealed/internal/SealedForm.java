// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.StorageException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * What the store below is given in place of what the store was given, and back.
 *
 * <pre>{@code
 *   entry     id and time as they are, blob hash by name;
 *             envelope = sealed(blob hash (32) || envelope), blob = sealed(blob)
 *   card      agent by name, issue time as it is; encoded = name (32) || sealed(issued, ms (8) || expires, ms (8) || card)
 *   metadata  name by name, value sealed
 *   record    collection and key as they are, value sealed
 *   chunk     hash by name, bytes sealed
 * }</pre>
 *
 * @param sealer of the values
 * @param names of what must be found again
 */
record SealedForm(Sealer sealer, IndexNames names) {
    private static final int ID_BYTES = 32;
    private static final int TIMES_BYTES = 16;
    private static final Place ROTATION = Place.of(Place.Kind.ROTATION);

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

    AgentInfo seal(AgentInfo card) {
        AgentId name = names.agent(card.agentId());
        byte[] plain = ByteBuffer.allocate(TIMES_BYTES + card.encoded().length)
                .putLong(card.issuedAt().toEpochMilli())
                .putLong(card.expiresAt().toEpochMilli())
                .put(card.encoded())
                .array();
        return sealedCard(name, plain);
    }

    private AgentInfo sealedCard(AgentId name, byte[] plain) {
        ByteBuffer times = ByteBuffer.wrap(plain);
        byte[] sealed = sealer.seal(cardOf(name), plain);
        byte[] encoded = Arrays.copyOf(name.toBytes(), ID_BYTES + sealed.length);
        System.arraycopy(sealed, 0, encoded, ID_BYTES, sealed.length);
        return new AgentInfo(
                name, List.of(), Instant.ofEpochMilli(times.getLong()), Instant.ofEpochMilli(times.getLong()), encoded);
    }

    byte[] openCard(byte[] encoded) {
        byte[] plain = plainCard(encoded);
        return Arrays.copyOfRange(plain, TIMES_BYTES, plain.length);
    }

    AgentInfo resealCard(byte[] encoded) {
        return sealedCard(nameOfCard(encoded), plainCard(encoded));
    }

    boolean isCurrentCard(byte[] encoded) {
        return sealer.isCurrent(cardOf(nameOfCard(encoded)), Arrays.copyOfRange(encoded, ID_BYTES, encoded.length));
    }

    boolean isKnownCard(byte[] encoded) {
        return sealer.isKnown(cardOf(nameOfCard(encoded)), Arrays.copyOfRange(encoded, ID_BYTES, encoded.length));
    }

    private byte[] plainCard(byte[] encoded) {
        byte[] plain = sealer.open(cardOf(nameOfCard(encoded)), Arrays.copyOfRange(encoded, ID_BYTES, encoded.length));
        if (plain.length < TIMES_BYTES) {
            throw new StorageException("an agent card has " + plain.length + " bytes, at least " + TIMES_BYTES);
        }
        return plain;
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

    byte[] sealMetadata(String name, byte[] value) {
        return sealer.seal(metadataOf(name), value);
    }

    byte[] openMetadata(String name, byte[] sealed) {
        return sealer.open(metadataOf(name), sealed);
    }

    boolean isCurrentMetadata(String name, byte[] sealed) {
        return sealer.isCurrent(metadataOf(name), sealed);
    }

    /** By the name in the store below. */
    private static Place metadataOf(String name) {
        return new Place(Place.Kind.METADATA, name.getBytes(StandardCharsets.US_ASCII));
    }

    StoredChunk sealChunk(BlobHash name, byte[] bytes) {
        return new StoredChunk(name, sealer.seal(chunkOf(name), bytes));
    }

    byte[] openChunk(StoredChunk sealed) {
        return sealer.open(chunkOf(sealed.hash()), sealed.bytes());
    }

    boolean isCurrent(StoredChunk sealed) {
        return sealer.isCurrent(chunkOf(sealed.hash()), sealed.bytes());
    }

    byte[] sealRotation(byte[] state) {
        return sealer.seal(ROTATION, state);
    }

    byte[] openRotation(byte[] sealed) {
        return sealer.open(ROTATION, sealed);
    }

    boolean isCurrentRotation(byte[] sealed) {
        return sealer.isCurrent(ROTATION, sealed);
    }

    private static Place chunkOf(BlobHash name) {
        return new Place(Place.Kind.CHUNK, name.toBytes());
    }

    private static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
