// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.agent.FileKeyStore;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.SealedMarkers;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;

/** Where a node's data and keys rest: {@code --data}, {@code --storage} and {@code --sealed}. */
final class StorageOptions {
    @Mixin
    private StoragePlace place = new StoragePlace();

    @Mixin
    private SealOption seal = new SealOption();

    /** Takes the data folder from an argument, which is another way to write {@code --data}. */
    void folder(Path folder, CommandSpec spec) {
        place.folder(folder, spec);
    }

    /** The store of a node; makes the data folder, without which no node starts but in memory. */
    StorageFactory storage(CommandSpec spec) throws IOException {
        if (!place.isMemory()) {
            place.required(spec);
        }
        return seal.seal(place.made(spec));
    }

    /**
     * Opens a store that is there, without a node.
     *
     * @throws StorageException when there is none, a process has it open, or it is sealed otherwise than said
     */
    Storage open(CommandSpec spec) {
        return open(seal.seal(place.existing(spec)));
    }

    /**
     * Opens a store without a node; makes it where there is none.
     *
     * @throws StorageException when a process has it open, or it is sealed otherwise than said
     */
    Storage openOrMake(CommandSpec spec) throws IOException {
        place.refuseMemory(spec);
        return open(seal.seal(place.made(spec)));
    }

    private static Storage open(StorageFactory factory) {
        Storage storage = factory.open();
        try {
            SealedMarkers.requireNone(storage);
            return storage;
        } catch (StorageException e) {
            storage.close();
            throw new StorageException(e.getMessage() + " (--sealed, or peerkit seal and unseal)", e);
        }
    }

    /** Where the keys rest, unless that is memory. */
    Optional<FileKeyStore> keys() {
        return place.folder().map(folder -> seal.keys(DataFolder.keys(folder)));
    }

    /** The data folder, where one was given. */
    Optional<Path> folder() {
        return place.folder();
    }

    /** What the store takes on this machine's disk, where it is known to have one. */
    OptionalLong bytes() throws IOException {
        return place.bytes();
    }
}
