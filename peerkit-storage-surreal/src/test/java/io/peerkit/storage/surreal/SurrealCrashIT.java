// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.surreal.engine.SurrealEngine;
import io.peerkit.testkit.storage.CrashContract;
import io.peerkit.testkit.storage.StoreOpener;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Processes that write through the store are killed; the engine lives on. Each opening waits for the lease of the dead one. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class SurrealCrashIT extends CrashContract {
    /** One takes some two seconds, for leases have to run out. */
    private static final int ROUNDS = 15;

    @TempDir
    private Path folder;

    private SurrealEngine engine;

    @BeforeEach
    void startEngine() throws IOException, InterruptedException {
        engine = SurrealEngine.startOwn(kind(), folder);
    }

    @AfterEach
    void stopEngine() {
        engine.close();
    }

    SurrealEngine.Storage kind() {
        return SurrealEngine.Storage.ROCKSDB;
    }

    SurrealEngine engine() {
        return engine;
    }

    @Override
    protected int rounds() {
        return Integer.getInteger("peerkit.crash.rounds", ROUNDS);
    }

    @Override
    protected String place() {
        return engine.uri() + " " + engine.user() + " " + engine.password();
    }

    @Override
    protected Class<? extends StoreOpener> opener() {
        return Opener.class;
    }

    /** Finds the store in the process that writes. */
    public static final class Opener implements StoreOpener {
        @Override
        public StorageFactory at(String place) {
            String[] parts = place.split(" ", 3);
            return SurrealStorage.connect(URI.create(parts[0]))
                    .credentials(SurrealCredentials.root(parts[1], parts[2]))
                    .lease(Duration.ofSeconds(1));
        }
    }
}
