// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import io.peerkit.storage.surreal.engine.SurrealEngine;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Not in every build: about one kill in 200 loses what this engine acknowledged, which the guide of the store says. */
@EnabledIfSystemProperty(
        named = "peerkit.crash.rounds",
        matches = "\\d+",
        disabledReason = "SurrealKV now and then loses what it acknowledged; mvn -Pcrash asks for it")
class SurrealkvCrashIT extends KilledEngineContract {
    SurrealkvCrashIT() {
        super(SurrealEngine.Storage.SURREALKV);
    }
}
