// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Opens stores on one disk, each with a thread of its own. */
final class MemoryStorageFactory implements StorageFactory {
    private final MemoryDisk disk = new MemoryDisk();
    private final boolean shared;

    MemoryStorageFactory(boolean shared) {
        this.shared = shared;
    }

    @Override
    public Storage open() {
        ExecutorService executor = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "peerkit-memory-store");
            thread.setDaemon(true);
            return thread;
        });
        try {
            return new MemoryStorage(disk, executor, shared, executor::shutdown);
        } catch (RuntimeException e) {
            executor.shutdown();
            throw e;
        }
    }

    @Override
    public Optional<Path> keyFile() {
        return Optional.empty();
    }
}
