// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.testkit.storage.StorageContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedSqliteStorageTest extends StorageContract {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Override
    protected boolean takesSealedValues() {
        return false;
    }

    @Override
    protected StorageFactory factory() {
        return SealedStorage.of(SqliteStorage.at(folder.resolve("store.db")), StorageKey.of(new byte[32]));
    }

    @Test
    void keyFile_thatOfTheStoreBelow() {
        assertThat(factory().keyFile()).hasValue(folder.resolve("store.db.keys"));
    }
}
