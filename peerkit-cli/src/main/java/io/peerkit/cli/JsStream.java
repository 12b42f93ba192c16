// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** js-libp2p doing the same in two Node processes, from {@code interop/js}. */
final class JsStream {
    /** The length of a write with which js-libp2p is fastest. */
    private static final String BEST_CHUNK_BYTES = "262144";

    private final Path folder;

    JsStream(Path root) {
        folder = root.resolve("interop").resolve("js");
    }

    /** Why it cannot be measured, if so. */
    Optional<String> missing() {
        if (!Files.isRegularFile(folder.resolve("bench.mjs"))) {
            return Optional.of(folder + " is not here");
        }
        if (!Files.isDirectory(folder.resolve("node_modules"))) {
            return Optional.of("npm ci has not run in " + folder);
        }
        return Optional.empty();
    }

    double megabytesPerSecond(int megabytes) throws IOException {
        Process process = new ProcessBuilder(
                        List.of("node", "bench.mjs", Integer.toString(megabytes), "--chunk", BEST_CHUNK_BYTES))
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            if (line == null) {
                throw new IOException("bench.mjs gave no figure");
            }
            return Double.parseDouble(line);
        } finally {
            process.destroy();
        }
    }
}
