// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import io.peerkit.storage.surreal.engine.SurrealEngine;

class RocksdbCrashIT extends KilledEngineContract {
    RocksdbCrashIT() {
        super(SurrealEngine.Storage.ROCKSDB);
    }
}
