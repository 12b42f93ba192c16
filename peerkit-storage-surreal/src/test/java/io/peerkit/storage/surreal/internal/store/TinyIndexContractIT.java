// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.surreal.engine.SurrealEngine;
import io.peerkit.testkit.storage.StorageContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The suite with limits so small that every few entries are merged, while everything else goes on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class TinyIndexContractIT extends StorageContract {
    @TempDir
    private static Path folder;

    private SurrealEngine engine;
    private String space;

    @BeforeAll
    void startEngine() throws IOException, InterruptedException {
        engine = SurrealEngine.startOwn(SurrealEngine.Storage.ROCKSDB, folder.resolve("engine"));
    }

    @AfterAll
    void stopEngine() {
        engine.close();
    }

    @Override
    @BeforeEach
    public void open() {
        space = UUID.randomUUID().toString();
        super.open();
    }

    @Override
    protected StorageFactory factory() {
        return new StorageFactory() {
            @Override
            public Storage open() {
                return TestStores.open(engine, space, TestStores.TINY);
            }

            @Override
            public Optional<Path> keyFile() {
                return Optional.empty();
            }
        };
    }
}
