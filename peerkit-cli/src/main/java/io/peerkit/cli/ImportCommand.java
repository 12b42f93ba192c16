// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.agent.KeyStore;
import io.peerkit.agent.LocalAgent;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.storage.Storage;
import io.peerkit.gossip.archive.ArchiveImport;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code peerkit import}: the entries of a file into a store, while no node uses it; makes the store when absent. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = "Takes the entries of a file that export made into a store; goes on where it was cut.")
final class ImportCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ArchiveOptions options = new ArchiveOptions();

    @Override
    public Integer call() throws IOException {
        CommandSpec specified = Objects.requireNonNull(spec, "picocli fills it");
        Optional<NetworkId> wanted = options.network();
        StorageOptions store = options.storage(specified);
        // Before a folder is made for what is no archive, or not the one that is meant.
        NetworkId found = ArchiveImport.networkOf(options.file());
        if (wanted.isPresent() && !wanted.get().equals(found)) {
            throw new InvalidBytesException(
                    "archive of network " + found + ", wanted is one of network " + wanted.get());
        }
        ArchiveReport report = options.report("imported");
        // Signatures are checked with the authors' keys; this node's own is not needed, nor made here.
        LocalAgent checker = LocalAgent.open(KeyStore.inMemory());
        try (Storage storage = store.openOrMake(specified)) {
            ArchiveImport archive = ArchiveImport.into(storage, checker).progress(report);
            wanted.ifPresent(archive::network);
            report.end(archive.from(options.file()), found);
            return 0;
        }
    }
}
