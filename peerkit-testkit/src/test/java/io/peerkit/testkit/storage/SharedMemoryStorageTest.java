// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static io.peerkit.testkit.storage.StorageSamples.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StorageWatcher;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedMemoryStorageTest extends SharedStorageContract {
    private final StorageFactory factory = MemoryStorage.sharedFactory();

    @Override
    protected StorageFactory factory() {
        return factory;
    }

    @Test
    void open_exclusivelyBesideShared_refusedBothWays() {
        MemoryDisk disk = new MemoryDisk();
        try (Storage shared = MemoryStorage.shared(disk, Runnable::run)) {
            assertThatThrownBy(() -> new MemoryStorage(disk, Runnable::run)).isInstanceOf(StorageException.class);
            assertThat(shared.count()).isCompletedWithValue(0L);
        }
        try (Storage alone = new MemoryStorage(disk, Runnable::run)) {
            assertThatThrownBy(() -> MemoryStorage.shared(disk, Runnable::run)).isInstanceOf(StorageException.class);
            assertThat(alone.isShared()).isFalse();
        }
    }

    @Test
    void loseNews_whatOthersWriteMeanwhile_toldAsMissed() {
        MemoryDisk disk = new MemoryDisk();
        List<Object> told = new ArrayList<>();
        try (MemoryStorage one = MemoryStorage.shared(disk, Runnable::run);
                MemoryStorage other = MemoryStorage.shared(disk, Runnable::run)) {
            other.watch(new StorageWatcher() {
                @Override
                public void changed(List<EntryKey> added, List<EntryKey> removed) {
                    told.addAll(added);
                }

                @Override
                public void missed() {
                    told.add("missed");
                }
            });
            other.loseNews(true);
            one.write(WriteBatch.ofEntries(List.of(entry(1, 1)))).join();
            assertThat(told).containsExactly("missed");

            other.loseNews(false);
            one.write(WriteBatch.ofEntries(List.of(entry(2, 2)))).join();
            assertThat(told).containsExactly("missed", "missed", entry(2, 2).key());
        }
    }
}
