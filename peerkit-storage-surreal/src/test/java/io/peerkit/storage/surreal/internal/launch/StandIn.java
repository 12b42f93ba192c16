// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.launch;

import io.peerkit.storage.surreal.engine.SurrealEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A script with the command line of {@code surreal start} that runs the real engine behind the bridge: the server's own executable is
 * in no package registry, so what is tested is how we start, watch and end a process, not the executable.
 */
final class StandIn {
    private StandIn() {}

    /** Finds the script; skips the test where there is no engine. */
    static Path find(Path folder) throws IOException, InterruptedException {
        SurrealEngine.startOwn(SurrealEngine.Storage.MEMORY, folder).close();
        return Path.of(System.getProperty("peerkit.root"), "interop", "surreal", "surreal")
                .toAbsolutePath();
    }

    static Path script(Path folder, String body) throws IOException {
        Path script = folder.resolve("surreal");
        Files.writeString(script, "#!/bin/sh\n" + body);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script;
    }
}
