// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Files of one workload, and the nodes that live in them. */
record BenchFolder(Path path) {
    /** The key of the benchmark's network; on loopback only, so it need not be secret. */
    static final String KEY = "62656e63686d61726b2062656e63686d61726b2062656e63686d61726b20626d";

    BenchFolder sub(String name) throws IOException {
        return new BenchFolder(Files.createDirectories(path.resolve(name)));
    }

    /** A node in a process of its own, on SQLite. */
    NodeProcess process(List<String> javaOptions) throws IOException {
        return NodeProcess.start(
                Path.of(path + ".log"),
                javaOptions,
                List.of("--data", path.toString(), "--key", KEY, "--listen", "/ip4/127.0.0.1/tcp/0"));
    }

    void delete() throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }
}
