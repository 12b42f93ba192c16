// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** SurrealDB's engine in {@code interop/surreal}: what the store uses in benchmarks, and how fast it is by itself. */
final class BareEngine {
    /** The name of the store that uses it. */
    static final String STORE = "surreal (rocksdb)";

    private BareEngine() {}

    private static Path folder() {
        return Path.of(System.getProperty("peerkit.root", "."), "interop", "surreal");
    }

    /** Stands in for the server's. */
    static Path executable() {
        return folder().resolve("surreal").toAbsolutePath();
    }

    /** Why it cannot be measured, if so. */
    static Optional<String> missing() {
        if (!Files.isRegularFile(folder().resolve("bench.mjs"))) {
            return Optional.of(folder() + " is not here");
        }
        if (!Files.isDirectory(folder().resolve("node_modules"))) {
            return Optional.of("npm ci has not run in " + folder());
        }
        return Optional.empty();
    }

    /** Inserts rows of 256 B in batches of 500, four on their way at a time, each commit synced, without a socket: rows/s. */
    static double rowsPerSecond() throws IOException {
        Process process = new ProcessBuilder(List.of("node", "bench.mjs", "--rounds", "1", "--only", "insert"))
                .directory(folder().toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            if (line == null) {
                throw new IOException("bench.mjs gave no figure");
            }
            JsonNode figures = JsonLines.JSON.readTree(line);
            return figures.required("insert").required("rowsPerSecond").asDouble();
        } finally {
            process.destroy();
        }
    }
}
