// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

import io.peerkit.api.storage.StorageFactory;
import io.peerkit.testkit.storage.MemoryStorage;
import io.peerkit.testkit.storage.StorageContract;

class SealedMemoryStorageTest extends StorageContract {
    private final StorageFactory inner = MemoryStorage.factory();

    @Override
    protected boolean takesSealedValues() {
        return false;
    }

    @Override
    protected StorageFactory factory() {
        return SealedStorage.of(inner, StorageKey.of(new byte[32]));
    }
}
