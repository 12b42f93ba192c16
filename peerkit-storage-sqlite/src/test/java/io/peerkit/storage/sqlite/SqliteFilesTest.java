// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite;

import io.peerkit.api.storage.StorageFactory;
import io.peerkit.testkit.storage.FileContract;
import java.nio.file.Path;
import java.util.List;

class SqliteFilesTest extends FileContract {
    @Override
    protected StorageFactory at(Path place) {
        return SqliteStorage.at(place);
    }

    @Override
    protected StorageFactory checkedAt(Path place) {
        return SqliteStorage.at(place).checkIntegrity();
    }

    @Override
    protected List<String> earlierStores() {
        return List.of("version-2.zip");
    }
}
