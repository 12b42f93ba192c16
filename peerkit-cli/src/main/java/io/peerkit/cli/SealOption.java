// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.agent.FileKeyStore;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.sealed.SealedStorage;
import io.peerkit.storage.sealed.StorageKey;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * {@code --sealed}: the store and the key file are sealed with a passphrase. It comes from the environment, for arguments show in lists
 * of processes.
 */
final class SealOption {
    /** The environment variable that has the passphrase. */
    static final String PASSPHRASE = "PEERKIT_PASSPHRASE";

    private final Map<String, String> environment;

    @Option(
            names = "--sealed",
            description = "store and keys are sealed with the passphrase in the environment variable " + PASSPHRASE)
    private boolean sealed;

    SealOption() {
        this(System.getenv());
    }

    SealOption(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The store as it is, or sealed. */
    StorageFactory seal(StorageFactory store) {
        return sealed ? SealedStorage.of(store, key()) : store;
    }

    /** The key file as it is, or sealed; one that is not there yet is made so. */
    FileKeyStore keys(Path file) {
        return sealed ? FileKeyStore.at(file, passphrase()) : FileKeyStore.at(file);
    }

    /** The key of a sealed store, for commands that need it in any case. */
    StorageKey key() {
        return StorageKey.passphrase(passphrase());
    }

    /** The passphrase, of which {@code --sealed} is one use. */
    char[] passphrase() {
        String passphrase = environment.get(PASSPHRASE);
        if (passphrase == null || passphrase.isEmpty()) {
            throw new InvalidSettingException(
                    "the passphrase is missing: the environment variable " + PASSPHRASE + " is not set");
        }
        return passphrase.toCharArray();
    }
}
