// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.Peerkit;
import io.peerkit.agent.KeyStore;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.testkit.storage.MemoryStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Entries of 256 B blobs for stores, which do not look into them: pseudo-random bytes, the same for the same number, in envelopes as
 * long as those that a real node made of one publication alone and of {@value #BATCH} together.
 *
 * @param singleBytes the envelope of an entry that was published alone
 * @param batchBytes the mean envelope of entries that were published together
 */
record BenchEntries(int singleBytes, int batchBytes) {
    static final int BLOB_BYTES = 256;
    static final int BATCH = PeerkitNode.MAX_BATCH;

    private static final int ID_BYTES = 32;

    /** Publishes with a real node and takes the measure. */
    static BenchEntries measured() {
        StorageFactory factory = MemoryStorage.factory();
        try (PeerkitNode node = Peerkit.node()
                .storage(factory)
                .keys(KeyStore.inMemory())
                .transport(Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/0"))
                .access(NetworkAccess.open())
                .start()
                .join()) {
            node.publish(new byte[BLOB_BYTES]).join();
            List<byte[]> blobs = new ArrayList<>();
            for (int i = 0; i < BATCH; i++) {
                blobs.add(random(i, BLOB_BYTES));
            }
            node.publishAll(blobs).join();
        }
        try (Storage storage = factory.open()) {
            List<StoredEntry> all =
                    storage.scan(Optional.empty(), BATCH + 1, Integer.MAX_VALUE).join();
            int sum = 0;
            for (StoredEntry entry : all.subList(1, all.size())) {
                sum += entry.envelope().length;
            }
            return new BenchEntries(all.get(0).envelope().length, sum / BATCH);
        }
    }

    /** The bytes of a blob and an envelope of entries that were published together. */
    int rawBytes() {
        return BLOB_BYTES + batchBytes;
    }

    StoredEntry single(int number) {
        return entry(number, singleBytes);
    }

    /** Entries from {@code first} on, as if published together. */
    List<StoredEntry> batch(int first, int count) {
        List<StoredEntry> batch = new ArrayList<>(count);
        for (int i = first; i < first + count; i++) {
            batch.add(entry(i, batchBytes));
        }
        return batch;
    }

    /** The id of an entry. */
    static EntryId id(int number) {
        return EntryId.of(random(2L * number, ID_BYTES));
    }

    private static StoredEntry entry(int number, int envelopeBytes) {
        byte[] rest = random(2L * number + 1, ID_BYTES + envelopeBytes + BLOB_BYTES);
        byte[] hash = new byte[ID_BYTES];
        byte[] envelope = new byte[envelopeBytes];
        byte[] blob = new byte[BLOB_BYTES];
        System.arraycopy(rest, 0, hash, 0, ID_BYTES);
        System.arraycopy(rest, ID_BYTES, envelope, 0, envelopeBytes);
        System.arraycopy(rest, ID_BYTES + envelopeBytes, blob, 0, BLOB_BYTES);
        // A thousand a millisecond, as a clock would hand them out that starts in 2025.
        long time = ((1_750_000_000_000L + number / 1_000) << 16) + number % 1_000;
        return new StoredEntry(id(number), time, BlobHash.of(hash), envelope, Optional.of(blob));
    }

    static byte[] random(long seed, int bytes) {
        byte[] random = new byte[bytes];
        new SplittableRandom(seed).nextBytes(random);
        return random;
    }
}
