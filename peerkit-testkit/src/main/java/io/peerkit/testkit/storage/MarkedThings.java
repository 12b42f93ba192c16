// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import io.peerkit.api.BlobHash;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** Things with a marker all over them, which is in nothing else: what is left of them is found byte by byte. */
final class MarkedThings {
    private static final byte[] MARKER = "-to-be-forgotten-".getBytes(StandardCharsets.US_ASCII);

    private static final int MANY = 4_000;
    private static final int AT_ONCE = 100;

    private static final List<StoredEntry> ENTRIES =
            List.of(entry(1, 50, 50), entry(2, 8_000, 100), entry(3, 100, 900_000), entry(4, 20, 5_000));
    private static final List<StoredRecord> RECORDS = List.of(
            new StoredRecord(RecordKey.of("c", new byte[] {1}), marked(100)),
            new StoredRecord(RecordKey.of("c", MARKER), marked(60_000)));
    private static final List<StoredChunk> CHUNKS =
            List.of(chunk(1, 100), chunk(2, 262_144), chunk(3, StoredChunk.MAX_BYTES));
    private static final AgentInfo CARD = new AgentInfo(
            StorageSamples.agent(1), List.of(), Instant.ofEpochMilli(1), Instant.ofEpochMilli(2), marked(100));

    private MarkedThings() {}

    static WriteBatch everyKind() {
        return WriteBatch.builder()
                .entries(ENTRIES)
                .metadata("name", marked(100))
                .agents(List.of(CARD))
                .records(RECORDS)
                .chunks(CHUNKS)
                .build();
    }

    /** Metadata cannot be removed; another value takes its place. */
    static WriteBatch removalOfEveryKind() {
        return WriteBatch.builder()
                .removeEntries(ENTRIES.stream().map(StoredEntry::id).toList())
                .metadata("name", new byte[0])
                .removeAgents(List.of(CARD.agentId()))
                .removeRecords(RECORDS.stream().map(StoredRecord::key).toList())
                .removeChunks(CHUNKS.stream().map(StoredChunk::hash).toList())
                .build();
    }

    /** Parts of the numbers of many things. */
    static List<List<Integer>> shuffled(Random random) {
        List<Integer> numbers = new ArrayList<>(IntStream.range(0, MANY).boxed().toList());
        Collections.shuffle(numbers, random);
        return IntStream.range(0, MANY / AT_ONCE)
                .mapToObj(part -> numbers.subList(AT_ONCE * part, AT_ONCE * (part + 1)))
                .toList();
    }

    static WriteBatch many(List<Integer> numbers) {
        return WriteBatch.builder()
                .entries(numbers.stream()
                        .map(i -> entry(i, 30 + i % 900, i % 7_000))
                        .toList())
                .records(numbers.stream()
                        .map(i -> new StoredRecord(key(i), marked(20 + i % 2_000)))
                        .toList())
                .build();
    }

    /** Removes them, and adds records that bear no marker in between. */
    static WriteBatch removalOf(List<Integer> numbers) {
        return WriteBatch.builder()
                .removeEntries(numbers.stream().map(StorageSamples::id).toList())
                .removeRecords(numbers.stream().map(MarkedThings::key).toList())
                .records(numbers.stream()
                        .map(i -> new StoredRecord(key(2 * MANY + i), new byte[i % 300]))
                        .toList())
                .build();
    }

    /** Keys that come in no order. */
    private static RecordKey key(int number) {
        byte[] key = ByteBuffer.allocate(8)
                .putInt(number * 0x9e37_79b1)
                .putInt(number)
                .array();
        return RecordKey.of("c", key);
    }

    private static StoredEntry entry(int number, int envelopeBytes, int blobBytes) {
        BlobHash hash = StorageSamples.hash(number);
        return new StoredEntry(
                StorageSamples.id(number), number, hash, marked(envelopeBytes), Optional.of(marked(blobBytes)));
    }

    private static StoredChunk chunk(int number, int bytes) {
        return new StoredChunk(StorageSamples.hash(number), marked(bytes));
    }

    /** The marker again and again: it is in every page that ever had some of it. */
    private static byte[] marked(int bytes) {
        byte[] all = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            all[i] = MARKER[i % MARKER.length];
        }
        return all;
    }

    static List<Path> filesWithMarker(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path file : RecordedStore.files(folder)) {
            if (contains(Files.readAllBytes(file))) {
                found.add(file);
            }
        }
        return found;
    }

    private static boolean contains(byte[] bytes) {
        for (int at = 0; at <= bytes.length - MARKER.length; at++) {
            if (bytes[at] == MARKER[0] && Arrays.equals(bytes, at, at + MARKER.length, MARKER, 0, MARKER.length)) {
                return true;
            }
        }
        return false;
    }
}
