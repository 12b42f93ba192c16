// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.Peerkit;
import io.peerkit.agent.KeyStore;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.NetworkId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.testkit.storage.MemoryStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Entries as a real node signs them, and stores that hold them. */
final class ArchiveSamples {
    static final NetworkId NETWORK = NetworkId.named("archive");

    private ArchiveSamples() {}

    /** Blobs of pseudo-random bytes. */
    static List<byte[]> blobs(int count, int bytes) {
        SplittableRandom random = new SplittableRandom(count);
        List<byte[]> blobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] blob = new byte[bytes];
            random.nextBytes(blob);
            blobs.add(blob);
        }
        return blobs;
    }

    /** Entries of one author; the first half of the blobs is published one by one, the others together. */
    static List<StoredEntry> entries(NetworkId network, List<byte[]> blobs) {
        StorageFactory factory = MemoryStorage.factory();
        try (PeerkitNode node = node(factory, network, new NodeListener() {})) {
            int half = blobs.size() / 2;
            blobs.subList(0, half).forEach(blob -> node.publish(blob).join());
            node.publishAll(blobs.subList(half, blobs.size())).join();
        }
        try (Storage storage = factory.open()) {
            return all(storage);
        }
    }

    /** A node with a new agent, alone. */
    static PeerkitNode node(StorageFactory factory, NetworkId network, NodeListener listener) {
        return Peerkit.node()
                .storage(factory)
                .keys(KeyStore.inMemory())
                .network(network)
                .transport(Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/0"))
                .access(NetworkAccess.open())
                .listener(listener)
                .start()
                .join();
    }

    static List<StoredEntry> all(Storage storage) {
        List<StoredEntry> all = new ArrayList<>();
        List<StoredEntry> page = storage.scan(Optional.empty(), 1_000, 1 << 20).join();
        while (!page.isEmpty()) {
            all.addAll(page);
            page = storage.scan(Optional.of(page.get(page.size() - 1).key()), 1_000, 1 << 20)
                    .join();
        }
        return all;
    }

    static Storage memory(List<StoredEntry> entries) {
        Storage storage = MemoryStorage.factory().open();
        write(storage, entries);
        return storage;
    }

    static void write(Storage storage, List<StoredEntry> entries) {
        storage.write(WriteBatch.ofEntries(entries)).join();
    }

    static StoredEntry withoutBlob(StoredEntry entry) {
        return new StoredEntry(entry.id(), entry.time(), entry.blobHash(), entry.envelope(), Optional.empty());
    }
}
