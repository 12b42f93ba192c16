// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static io.peerkit.storage.sqlite.internal.TestEntries.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system of 8 MiB that really is full. Needs the right to mount one; skipped elsewhere, wherever that is. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class FullDiskIT {
    @TempDir
    private Path folder;

    private boolean mounted;

    @BeforeEach
    void mount() throws InterruptedException {
        mounted = run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder.toString());
        if (!mounted) {
            System.out.println("FullDiskIT skipped: no right to mount a small file system here");
        }
        assumeTrue(mounted, "no right to mount a small file system here");
    }

    @AfterEach
    void unmount() throws InterruptedException {
        if (mounted) {
            assertThat(run("umount", folder.toString())).isTrue();
        }
    }

    @Test
    void write_diskFullThenRoomAgain_failsWholeThenWorks() throws IOException {
        Path file = folder.resolve("store.db");
        int stored = 0;
        try (Storage store = SqliteStore.open(file)) {
            store.write(batch(0, 100, 256)).join();
            stored += 100;
            Path ballast = folder.resolve("ballast");
            fillUp(ballast);

            boolean full = false;
            // What was preallocated takes a few more.
            for (int i = 0; i < 50 && !full; i++) {
                full = isRefused(store.write(batch(stored, 100, 256)));
                stored += full ? 0 : 100;
            }
            assertThat(full).isTrue();
            assertThat(store.count().join()).isEqualTo(stored);

            Files.delete(ballast);
            assertThat(store.write(batch(stored, 100, 256)).join().cardinality())
                    .isEqualTo(100);
            stored += 100;
            assertThat(store.count().join()).isEqualTo(stored);
        }
        try (Storage store = SqliteStore.open(file)) {
            assertThat(store.count().join()).isEqualTo(stored);
        }
    }

    @Test
    void open_diskFull_refused() throws IOException {
        fillUp(folder.resolve("ballast"));

        assertThatThrownBy(() -> SqliteStore.open(folder.resolve("store.db")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("the disk is full");
    }

    private static boolean isRefused(CompletableFuture<BitSet> write) {
        try {
            write.join();
            return false;
        } catch (CompletionException e) {
            assertThat(e).cause().isInstanceOf(StorageException.class).hasMessageContaining("the disk is full");
            return true;
        }
    }

    private static void fillUp(Path ballast) throws IOException {
        byte[] page = new byte[4_096];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(page);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    static boolean run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
