// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.agent.KeyStore;
import io.peerkit.agent.LocalAgent;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.storage.Storage;
import io.peerkit.gossip.archive.ArchiveImport;
import io.peerkit.storage.sqlite.SqliteStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code peerkit import}: the entries of a file into a data folder, while no node uses it. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = "Takes the entries of a file that export made into a data folder; goes on where it was cut.")
final class ImportCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "DIR", description = "a --data folder; made when absent")
    private Path folder = Path.of("");

    @Parameters(index = "1", paramLabel = "FILE", description = "what export made")
    private Path file = Path.of("");

    @Mixin
    private NetworkOption network = new NetworkOption();

    @Option(names = "--json", description = "progress and result as JSON lines")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        @Nullable NetworkId wanted = network.id();
        // Before a folder is made for what is no archive, or not the one that is meant.
        NetworkId found = ArchiveImport.networkOf(file);
        if (wanted != null && !wanted.equals(found)) {
            throw new InvalidBytesException("archive of network " + found + ", wanted is one of network " + wanted);
        }
        Files.createDirectories(folder);
        ArchiveReport report = new ArchiveReport("imported", json);
        // Signatures are checked with the authors' keys; this node's own is not needed, nor made here.
        LocalAgent checker = LocalAgent.open(KeyStore.inMemory());
        try (Storage storage = SqliteStorage.at(DataFolder.database(folder)).open()) {
            ArchiveImport archive = ArchiveImport.into(storage, checker).progress(report);
            if (wanted != null) {
                archive.network(wanted);
            }
            report.end(archive.from(file), found);
            return 0;
        }
    }
}
