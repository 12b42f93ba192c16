// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.agent.FileKeyStore;
import io.peerkit.agent.LocalAgent;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.storage.sealed.SealedStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code peerkit seal} and {@code peerkit unseal}: store and keys where they lie, while no node uses them. */
abstract class SealCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private FolderArgument argument = new FolderArgument();

    @Mixin
    private StoragePlace place = new StoragePlace();

    final SealOption seal = new SealOption();

    /** {@code peerkit seal}. */
    @Command(
            name = "seal",
            mixinStandardHelpOptions = true,
            description = "Seals a store and its keys with the passphrase in the environment variable "
                    + SealOption.PASSPHRASE + ", for --sealed from then on; goes on where it was cut.")
    static final class Seal extends SealCommand {
        @Override
        void carryOut(CommandSpec specified, StoragePlace place, Optional<Path> keys) {
            boolean sealedKeys = keys.isPresent() && isSealed(keys.get());
            if (sealedKeys) {
                // By this passphrase? Else a node could open the one or the other.
                LocalAgent.open(FileKeyStore.at(keys.get(), seal.passphrase()));
            }
            SealedStorage.seal(place.existing(specified), seal.key());
            if (!sealedKeys) {
                keys.ifPresent(file -> FileKeyStore.at(file).seal(seal.passphrase()));
            }
        }
    }

    /** {@code peerkit unseal}. */
    @Command(
            name = "unseal",
            mixinStandardHelpOptions = true,
            description = "Opens a sealed store and its keys for good, with the passphrase in the environment variable "
                    + SealOption.PASSPHRASE + "; goes on where it was cut.")
    static final class Unseal extends SealCommand {
        @Override
        void carryOut(CommandSpec specified, StoragePlace place, Optional<Path> keys) {
            SealedStorage.unseal(place.existing(specified), seal.key());
            keys.filter(SealCommand::isSealed)
                    .ifPresent(file -> FileKeyStore.at(file, seal.passphrase()).unseal());
        }
    }

    /** Does it, on a store and the key file beside it, where there is one; what is done already stays done. */
    abstract void carryOut(CommandSpec specified, StoragePlace place, Optional<Path> keys);

    @Override
    public Integer call() {
        CommandSpec specified = Objects.requireNonNull(spec, "picocli fills it");
        argument.folder().ifPresent(folder -> place.folder(folder, specified));
        carryOut(specified, place, place.folder().map(DataFolder::keys).filter(Files::isRegularFile));
        System.out.println(specified.name() + "ed");
        return 0;
    }

    private static boolean isSealed(Path keys) {
        try {
            LocalAgent.open(FileKeyStore.at(keys));
            return false;
        } catch (InvalidSettingException e) {
            return true;
        }
    }
}
