// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a node keeps in its data folder. */
final class DataFolder {
    private DataFolder() {}

    static Path database(Path folder) {
        return folder.resolve("peerkit.db");
    }

    static Path server(Path folder) {
        return folder.resolve("surreal");
    }

    static Path keys(Path folder) {
        return folder.resolve("peerkit.keys");
    }

    /** What the database of a folder takes on the disk: its file and what it keeps beside it. */
    static long databaseBytes(Path folder) throws IOException {
        String name = database(folder).getFileName().toString();
        try (Stream<Path> beside = Files.list(folder)) {
            long bytes = 0;
            for (Path each : beside.toList()) {
                bytes += each.getFileName().toString().startsWith(name) ? bytes(each) : 0;
            }
            return bytes;
        }
    }

    /** What a file, or all files in a folder, take on the disk. */
    static long bytes(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            long bytes = 0;
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }
}
