// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.agent.FileKeyStore;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.storage.surreal.SurrealStorage;
import io.peerkit.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where a node's data and keys rest: {@code --data}, {@code --storage} and {@code --sealed}. */
final class StorageOptions {
    private static final String SURREAL = "surreal:";

    @Option(names = "--data", paramLabel = "DIR", description = "where keys and data rest; made when absent")
    private @Nullable Path data;

    @Option(
            names = "--storage",
            paramLabel = "KIND",
            defaultValue = "sqlite",
            description = "sqlite, memory, or surreal:URL with user and password in PEERKIT_SURREAL_USER and"
                    + " PEERKIT_SURREAL_PASS; surreal:launch starts a local server in the data folder")
    private String storage = "sqlite";

    @Mixin
    private SealOption seal = new SealOption();

    /** The store that was asked for; makes the data folder. */
    StorageFactory storage(CommandSpec spec) throws IOException {
        if (data != null) {
            Files.createDirectories(data);
        }
        return seal.seal(plain(spec));
    }

    private StorageFactory plain(CommandSpec spec) {
        if (storage.equals("memory")) {
            return MemoryStorage.factory();
        }
        if (storage.equals("sqlite")) {
            return SqliteStorage.at(DataFolder.database(folder(spec)));
        }
        if (storage.equals(SURREAL + "launch")) {
            return SurrealStorage.launch(folder(spec).resolve("surreal"));
        }
        if (storage.startsWith(SURREAL)) {
            try {
                return SurrealStorage.parse(storage.substring(SURREAL.length()), System.getenv())
                        .keyFile(DataFolder.keys(folder(spec)));
            } catch (InvalidSettingException e) {
                throw new ParameterException(spec.commandLine(), "--storage: " + e.getMessage(), e);
            }
        }
        throw new ParameterException(
                spec.commandLine(), "--storage " + storage + ": this release knows sqlite, memory and surreal:URL");
    }

    private Path folder(CommandSpec spec) {
        return Optional.ofNullable(data)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "--data is missing: the keys rest there, and with sqlite the data"));
    }

    /** Where the keys rest, unless that is memory. */
    Optional<FileKeyStore> keys() {
        return Optional.ofNullable(data).map(folder -> seal.keys(DataFolder.keys(folder)));
    }
}
