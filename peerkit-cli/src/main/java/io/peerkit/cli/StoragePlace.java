// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.storage.surreal.SurrealStorage;
import io.peerkit.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where a node's data rest, sealed or not: {@code --data} and {@code --storage}. */
final class StoragePlace {
    private static final String SQLITE = "sqlite";
    private static final String MEMORY = "memory";
    private static final String SURREAL = "surreal:";
    private static final String LAUNCH = SURREAL + "launch";

    @Option(names = "--data", paramLabel = "DIR", description = "where keys and data rest; made when absent")
    private @Nullable Path data;

    @Option(
            names = "--storage",
            paramLabel = "KIND",
            defaultValue = SQLITE,
            description = "sqlite, memory, or surreal:URL with user and password in PEERKIT_SURREAL_USER and"
                    + " PEERKIT_SURREAL_PASS; surreal:launch starts a local server in the data folder")
    private String storage = SQLITE;

    Optional<Path> folder() {
        return Optional.ofNullable(data);
    }

    /** Takes the data folder from an argument, which is another way to write {@code --data}. */
    void folder(Path folder, CommandSpec spec) {
        if (data != null) {
            throw new ParameterException(spec.commandLine(), "the data folder is given twice: " + data + ", " + folder);
        }
        data = folder;
    }

    /** The store that was asked for, which need not be there yet; makes the data folder. */
    StorageFactory made(CommandSpec spec) throws IOException {
        if (storage.equals(MEMORY)) {
            return MemoryStorage.factory();
        }
        if (data != null) {
            Files.createDirectories(data);
        }
        return factory(spec);
    }

    /**
     * The store that was asked for, where one is; makes nothing in a folder.
     *
     * @throws StorageException when there is none
     */
    StorageFactory existing(CommandSpec spec) {
        refuseMemory(spec);
        if (storage.equals(SQLITE) && !Files.isRegularFile(DataFolder.database(required(spec)))) {
            throw none(DataFolder.database(required(spec)));
        }
        if (storage.equals(LAUNCH) && !Files.isDirectory(DataFolder.server(required(spec)))) {
            throw none(DataFolder.server(required(spec)));
        }
        return factory(spec);
    }

    /** Refuses a store that is empty whenever a command begins. */
    void refuseMemory(CommandSpec spec) {
        if (storage.equals(MEMORY)) {
            throw new ParameterException(spec.commandLine(), "--storage memory holds nothing when a command begins");
        }
    }

    private StorageException none(Path missing) {
        return new StorageException(data + " holds no store: there is no " + missing);
    }

    private StorageFactory factory(CommandSpec spec) {
        if (storage.equals(SQLITE)) {
            return SqliteStorage.at(DataFolder.database(required(spec)));
        }
        if (storage.equals(LAUNCH)) {
            return SurrealStorage.launch(DataFolder.server(required(spec)));
        }
        if (storage.startsWith(SURREAL)) {
            try {
                SurrealStorage server = SurrealStorage.parse(storage.substring(SURREAL.length()), System.getenv());
                return data == null ? server : server.keyFile(DataFolder.keys(data));
            } catch (InvalidSettingException e) {
                throw new ParameterException(spec.commandLine(), "--storage: " + e.getMessage(), e);
            }
        }
        throw new ParameterException(
                spec.commandLine(), "--storage " + storage + ": this release knows sqlite, memory and surreal:URL");
    }

    /** The data folder, where it must be given. */
    Path required(CommandSpec spec) {
        return folder().orElseThrow(() -> new ParameterException(
                spec.commandLine(), "--data is missing: the keys rest there, and with sqlite the data"));
    }

    /** Whether what the node is rests in memory too. */
    boolean isMemory() {
        return storage.equals(MEMORY);
    }

    /** What the store takes on this machine's disk, where it is known to have one. */
    OptionalLong bytes() throws IOException {
        Path folder = data;
        if (folder == null) {
            return OptionalLong.empty();
        }
        return switch (storage) {
            case SQLITE -> OptionalLong.of(DataFolder.databaseBytes(folder));
            case LAUNCH -> OptionalLong.of(DataFolder.bytes(DataFolder.server(folder)));
            default -> OptionalLong.empty();
        };
    }
}
