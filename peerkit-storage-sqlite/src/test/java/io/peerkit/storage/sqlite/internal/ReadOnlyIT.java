// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files and folders that cannot be written. Modes do not hold for root, so a file is mounted over itself, read-only; where that is not
 * allowed, modes are what there is, and where neither works the tests are skipped.
 */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class ReadOnlyIT {
    @TempDir
    private Path folder;

    @Test
    void open_readOnlyFile_refused() throws IOException, InterruptedException {
        Path file = folder.resolve("store.db");
        fill(file);

        readOnly(
                file,
                () -> assertThatThrownBy(() -> SqliteStore.open(file))
                        .isInstanceOf(StorageException.class)
                        .hasMessageContaining("store.db: the file cannot be opened for writing"));

        assertCount(file);
    }

    @Test
    void open_readOnlyFolder_refused() throws IOException, InterruptedException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path file = inner.resolve("store.db");
        fill(file);

        readOnly(inner, () -> {
            assertThatThrownBy(() -> SqliteStore.open(file))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("store.db");
            assertThatThrownBy(() -> SqliteStore.open(inner.resolve("new.db")))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("new.db");
        });

        assertCount(file);
    }

    private static void readOnly(Path path, Runnable test) throws IOException, InterruptedException {
        String name = path.toString();
        if (FullDiskIT.run("mount", "--bind", name, name)) {
            try {
                assumeTrue(
                        FullDiskIT.run("mount", "-o", "remount,bind,ro", name), "no right to mount anything read-only");
                test.run();
            } finally {
                assertThat(FullDiskIT.run("umount", name)).isTrue();
            }
            return;
        }
        assumeTrue(path.toFile().setWritable(false) && !Files.isWritable(path), "modes do not hold here");
        try {
            test.run();
        } finally {
            assertThat(path.toFile().setWritable(true)).isTrue();
        }
    }

    private static void fill(Path file) {
        try (Storage store = SqliteStore.open(file)) {
            store.write(TestEntries.batch(0, 10, 10)).join();
        }
    }

    private static void assertCount(Path file) {
        try (Storage store = SqliteStore.open(file)) {
            assertThat(store.count().join()).isEqualTo(10);
        }
    }
}
