// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Values for tests of stores, each made from a number, the same in every run. */
final class StorageSamples {
    private StorageSamples() {}

    /** An entry with a small envelope and blob of its own. */
    static StoredEntry entry(long time, int number) {
        return sized(time, number, 10, 6);
    }

    static StoredEntry sized(long time, int number, int envelopeBytes, int blobBytes) {
        byte[] blob = filled(blobBytes, number);
        return new StoredEntry(id(number), time, hash(number), filled(envelopeBytes, ~number), Optional.of(blob));
    }

    static StoredEntry withoutBlob(long time, int number, BlobHash hash) {
        return new StoredEntry(id(number), time, hash, filled(10, ~number), Optional.empty());
    }

    static StoredEntry withBlob(long time, int number, BlobHash hash) {
        return new StoredEntry(id(number), time, hash, filled(10, ~number), Optional.of(filled(6, number)));
    }

    static EntryId id(int number) {
        return EntryId.ofHeader(ByteBuffer.allocate(4).putInt(number).array());
    }

    static BlobHash hash(int number) {
        return BlobHash.ofBlob(ByteBuffer.allocate(4).putInt(number).array());
    }

    /** 32 bytes that begin with the given hexadecimal digits and end in the same digit again and again. */
    static byte[] bytes32(String hexStart, char rest) {
        return HexFormat.of().parseHex(hexStart + String.valueOf(rest).repeat(64 - hexStart.length()));
    }

    static AgentId agent(int number) {
        return AgentId.of(id(number).toBytes());
    }

    /** A card whose bytes name the agent and the time, so that tests can tell which one came back. */
    static AgentInfo card(int agent, long issuedAtMillis) {
        return new AgentInfo(
                agent(agent),
                List.of(),
                Instant.ofEpochMilli(issuedAtMillis),
                Instant.ofEpochMilli(issuedAtMillis + 1),
                text("card of " + agent + " at " + issuedAtMillis));
    }

    static RecordKey key(String collection, String key) {
        return RecordKey.of(collection, text(key));
    }

    static StoredRecord record(String collection, String key, String value) {
        return new StoredRecord(key(collection, key), text(value));
    }

    /** A chunk under a hash that is not its own: stores do not look. */
    static StoredChunk chunk(int number, int length) {
        return new StoredChunk(hash(number), filled(length, number));
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] filled(int length, int number) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) number);
        return bytes;
    }
}
