// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** Entries made from a number: random ids and contents, ascending times. */
final class TestEntries {
    private TestEntries() {}

    static EntryId id(int number) {
        return EntryId.ofHeader(ByteBuffer.allocate(4).putInt(number).array());
    }

    static StoredEntry entry(int number, int envelopeBytes, int blobBytes) {
        Random random = new Random(number);
        byte[] envelope = new byte[envelopeBytes];
        byte[] blob = new byte[blobBytes];
        byte[] hash = new byte[32];
        random.nextBytes(envelope);
        random.nextBytes(blob);
        random.nextBytes(hash);
        return new StoredEntry(id(number), number, BlobHash.of(hash), envelope, Optional.of(blob));
    }

    static List<StoredEntry> entries(int from, int count, int blobBytes) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> entry(i, 400, blobBytes))
                .toList();
    }

    static WriteBatch batch(int from, int count, int blobBytes) {
        return WriteBatch.ofEntries(entries(from, count, blobBytes));
    }
}
