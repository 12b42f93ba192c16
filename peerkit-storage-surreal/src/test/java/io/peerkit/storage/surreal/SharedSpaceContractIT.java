// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.surreal.engine.SurrealEngine;
import io.peerkit.testkit.storage.SharedStorageContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The suite for stores that several have open, on a real engine; each test has a space of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class SharedSpaceContractIT extends SharedStorageContract {
    @TempDir
    private static Path folder;

    private SurrealEngine engine;
    private String space;

    @BeforeAll
    void startEngine() throws IOException, InterruptedException {
        engine = SurrealEngine.start(SurrealEngine.Storage.ROCKSDB, folder);
    }

    @AfterAll
    void stopEngine() {
        engine.close();
    }

    @Override
    @BeforeEach
    public void open() throws InterruptedException {
        space = UUID.randomUUID().toString();
        super.open();
    }

    @Override
    protected StorageFactory factory() {
        return SurrealStorage.connect(engine.uri())
                .credentials(SurrealCredentials.root(engine.user(), engine.password()))
                .lease(Duration.ofSeconds(2))
                .space(space)
                .shared();
    }
}
