// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import io.peerkit.storage.surreal.engine.SurrealEngine;

class SurrealRocksdbContractIT extends SurrealStorageContractIT {
    SurrealRocksdbContractIT() {
        super(SurrealEngine.Storage.ROCKSDB);
    }
}
