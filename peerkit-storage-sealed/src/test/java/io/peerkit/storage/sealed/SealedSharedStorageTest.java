// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.testkit.storage.MemoryStorage;
import io.peerkit.testkit.storage.SharedStorageContract;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SealedSharedStorageTest extends SharedStorageContract {
    private static final StorageKey KEY = StorageKey.of(new byte[32]);

    private final StorageFactory memory = MemoryStorage.sharedFactory();

    @Override
    protected StorageFactory factory() {
        return SealedStorage.of(memory, KEY);
    }

    @Test
    void open_newStoreByManyAtOnce_allWithTheSameKeys() throws InterruptedException, ExecutionException {
        for (int round = 0; round < 20; round++) {
            StorageFactory fresh = MemoryStorage.sharedFactory();
            ExecutorService threads = Executors.newFixedThreadPool(4);
            CountDownLatch begin = new CountDownLatch(1);
            List<Future<Storage>> opening = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                opening.add(threads.submit(() -> {
                    begin.await();
                    return SealedStorage.of(fresh, KEY).open();
                }));
            }
            begin.countDown();
            List<Storage> stores = new ArrayList<>();
            for (Future<Storage> each : opening) {
                stores.add(each.get());
            }
            threads.shutdown();
            stores.get(round % 4)
                    .write(WriteBatch.builder().metadata("name", new byte[] {7}).build())
                    .join();
            for (Storage store : stores) {
                assertThat(store.metadata("name").join()).hasValue(new byte[] {7});
                store.close();
            }
            try (Storage again = SealedStorage.of(fresh, KEY).open()) {
                assertThat(again.metadata("name").join()).hasValue(new byte[] {7});
            }
        }
    }

    @Test
    void rotate_shared_refused() {
        SealedStorage sealed = SealedStorage.of(MemoryStorage.sharedFactory(), KEY);
        try (Storage store = sealed.open()) {
            assertThat(store.isShared()).isTrue();
            assertThat(sealed.rotate())
                    .failsWithin(java.time.Duration.ofSeconds(5))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(StorageException.class)
                    .withMessageContaining("shared");
        }
    }
}
