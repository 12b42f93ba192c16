// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.storage.sqlite.SqliteStorage;
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

    static Path keys(Path folder) {
        return folder.resolve("peerkit.keys");
    }

    /**
     * Opens the store of a folder, without a node.
     *
     * @throws StorageException when there is none, or a process has it open
     */
    static Storage open(Path folder) {
        Path database = database(folder);
        if (!Files.isRegularFile(database)) {
            throw new StorageException(folder + " holds no store: there is no file " + database);
        }
        return SqliteStorage.at(database).open();
    }

    /** What the store of a folder takes on the disk: its file and what it keeps beside it. */
    static long bytes(Path folder) throws IOException {
        String name = database(folder).getFileName().toString();
        long bytes = 0;
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                if (folder.relativize(file).getName(0).toString().startsWith(name)) {
                    bytes += Files.size(file);
                }
            }
        }
        return bytes;
    }
}
