// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import io.peerkit.storage.surreal.engine.SurrealEngine;

/** The engine is killed under processes that write, and started again. */
abstract class KilledEngineContract extends SurrealCrashIT {
    private final SurrealEngine.Storage kind;
    private boolean killed;

    KilledEngineContract(SurrealEngine.Storage kind) {
        this.kind = kind;
    }

    @Override
    SurrealEngine.Storage kind() {
        return kind;
    }

    @Override
    protected void crash(ProcessHandle writer) throws Exception {
        engine().kill();
        killed = true;
    }

    @Override
    protected void recover() throws Exception {
        if (killed) {
            engine().restart();
            killed = false;
        }
    }
}
