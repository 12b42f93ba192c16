// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite;

import io.peerkit.api.storage.StorageFactory;
import io.peerkit.testkit.storage.CrashContract;
import io.peerkit.testkit.storage.StoreOpener;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteCrashIT extends CrashContract {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Override
    protected String place() {
        return folder.resolve("store.db").toString();
    }

    @Override
    protected Class<? extends StoreOpener> opener() {
        return Opener.class;
    }

    /** Enough for every build; 200 in the profile {@code crash}. */
    @Override
    protected int rounds() {
        return Integer.getInteger("peerkit.crash.rounds", 80);
    }

    /** Opens the store in the processes that are killed. */
    public static final class Opener implements StoreOpener {
        /** For the suite. */
        public Opener() {}

        @Override
        public StorageFactory at(String place) {
            return SqliteStorage.at(Path.of(place));
        }
    }
}
