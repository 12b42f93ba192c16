// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.peerkit.NodeBuilder;
import io.peerkit.Peerkit;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.testkit.transport.MemoryNetwork;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Real nodes on a network in memory. */
final class TestNode {
    private static final byte[] KEY = "a secret for this test, 32 bytes".getBytes(UTF_8);

    /** Between two looks, so that those who are waited for get the processor. */
    private static final long LOOK_NANOS = 5_000_000;

    private TestNode() {}

    static NodeBuilder on(MemoryNetwork network, StorageFactory storage) {
        return Peerkit.node()
                .storage(storage)
                .transport(network.place())
                .round(Duration.ofMillis(500))
                .access(NetworkAccess.sharedKey(KEY));
    }

    /** The payloads in the store of a node that is closed, in the order of their times. */
    static List<String> texts(StorageFactory factory) {
        try (Storage storage = factory.open()) {
            return storage.scan(Optional.empty(), Storage.MAX_IDS, Integer.MAX_VALUE).join().stream()
                    .map(StoredEntry::blob)
                    .map(blob -> blob.map(bytes -> new String(bytes, UTF_8)).orElse("(none)"))
                    .toList();
        }
    }

    /** Looks again and again until something holds, for a minute at most. */
    static void until(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("what the test waits for did not happen within a minute");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
