// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.testkit.storage.FileContract;
import io.peerkit.testkit.storage.StoreOpener;
import java.nio.file.Path;
import java.util.List;

class SealedFileContractTest extends FileContract {
    @Override
    protected StorageFactory at(Path place) {
        return sealed(SqliteStorage.at(place));
    }

    @Override
    protected StorageFactory checkedAt(Path place) {
        return sealed(SqliteStorage.at(place).checkIntegrity());
    }

    @Override
    protected List<String> earlierStores() {
        return List.of("version-2.zip");
    }

    private static SealedStorage sealed(StorageFactory store) {
        return SealedStorage.of(store, StorageKey.of(new byte[StorageKey.KEY_BYTES]));
    }

    /** Made the recording: {@code version-2.zip}, values of version 2 in a SQLite file of version 3. */
    public static final class Opener implements StoreOpener {
        /** For the recording. */
        public Opener() {}

        @Override
        public StorageFactory at(String place) {
            return sealed(SqliteStorage.at(Path.of(place)));
        }
    }
}
