// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.storage.surreal.SurrealStorage;
import io.peerkit.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A store that {@code peerkit bench storage} measures beside the others. Another one is one more line in {@link #ALL}.
 *
 * @param name in the figures
 * @param opener makes the store in an empty folder, the same one when it is asked again for the same folder
 * @param entries how many entries it is loaded with
 * @param onDisk whether what it holds is files in the folder, of which the size says something
 * @param hasTargets whether the targets of {@link StorageFigure} are meant for it
 */
record BenchStore(String name, Opener opener, int entries, boolean onDisk, boolean hasTargets) {
    /** Those that are measured, in this order in every round. The one in memory shows what the workload itself costs. */
    static final List<BenchStore> ALL = List.of(
            new BenchStore("memory", folder -> MemoryStorage.factory(), 100_000, false, false),
            new BenchStore("sqlite", folder -> SqliteStorage.at(DataFolder.database(folder)), 1_000_000, true, true),
            new BenchStore(
                    BareEngine.STORE,
                    folder -> SurrealStorage.launch(DataFolder.server(folder)).executable(BareEngine.executable()),
                    100_000,
                    false,
                    false));

    /** Makes a store. */
    interface Opener {
        StorageFactory in(Path folder) throws IOException;
    }
}
