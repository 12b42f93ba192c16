// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.testkit.storage.CrashContract;
import io.peerkit.testkit.storage.StoreOpener;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** Each process begins a rotation, or goes on with the one in which its predecessor was killed. */
class SealedCrashIT extends CrashContract {
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

    /** The store below is killed in all rounds by its own test. */
    @Override
    protected int rounds() {
        return Integer.getInteger("peerkit.crash.rounds", 60);
    }

    /** Opens the store in the processes that are killed. */
    public static final class Opener implements StoreOpener {
        /** For the suite. */
        public Opener() {}

        @Override
        public StorageFactory at(String place) {
            SealedStorage sealed =
                    SealedStorage.of(SqliteStorage.at(Path.of(place)), StorageKey.of(new byte[StorageKey.KEY_BYTES]));
            return new StorageFactory() {
                @Override
                public Storage open() {
                    Storage store = sealed.open();
                    var unused = sealed.rotate();
                    return store;
                }

                @Override
                public Optional<Path> keyFile() {
                    return sealed.keyFile();
                }
            };
        }
    }
}
