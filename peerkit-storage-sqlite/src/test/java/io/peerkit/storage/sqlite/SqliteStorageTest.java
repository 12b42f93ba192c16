// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.storage.StorageFactory;
import io.peerkit.testkit.storage.StorageContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStorageTest extends StorageContract {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Override
    protected StorageFactory factory() {
        return SqliteStorage.at(folder.resolve("store.db"));
    }

    @Test
    void keyFile_besideTheStore() {
        assertThat(factory().keyFile()).hasValue(folder.resolve("store.db.keys"));
    }
}
