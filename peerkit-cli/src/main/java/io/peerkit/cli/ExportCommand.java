// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.NetworkId;
import io.peerkit.api.storage.Storage;
import io.peerkit.gossip.archive.ArchiveExport;
import io.peerkit.gossip.archive.ArchiveImport;
import io.peerkit.gossip.archive.ArchiveSummary;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code peerkit export}: the entries of a data folder in one file, while no node uses it. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Writes the entries of a data folder into one portable file; goes on where it was cut.")
final class ExportCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "DIR", description = "the --data folder of a node that is not running")
    private Path folder = Path.of("");

    @Parameters(index = "1", paramLabel = "FILE", description = "the file to make; as readable as the data")
    private Path file = Path.of("");

    @Mixin
    private NetworkOption network = new NetworkOption();

    @Option(names = "--json", description = "progress and result as JSON lines")
    private boolean json;

    @Override
    public Integer call() {
        ArchiveReport report = new ArchiveReport("exported", json);
        try (Storage storage = DataFolder.open(folder)) {
            ArchiveExport export = ArchiveExport.of(storage).progress(report);
            @Nullable NetworkId wanted = network.id();
            if (wanted != null) {
                export.network(wanted);
            }
            ArchiveSummary all = export.to(file);
            report.end(all, ArchiveImport.networkOf(file));
            return 0;
        }
    }
}
