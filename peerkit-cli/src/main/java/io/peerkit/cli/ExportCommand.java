// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.storage.Storage;
import io.peerkit.gossip.archive.ArchiveExport;
import io.peerkit.gossip.archive.ArchiveImport;
import io.peerkit.gossip.archive.ArchiveSummary;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code peerkit export}: the entries of a store in one file, while no node uses it. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Writes the entries of a store into one portable file; goes on where it was cut.")
final class ExportCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ArchiveOptions options = new ArchiveOptions();

    @Override
    public Integer call() {
        CommandSpec specified = Objects.requireNonNull(spec, "picocli fills it");
        ArchiveReport report = options.report("exported");
        try (Storage storage = options.storage(specified).open(specified)) {
            ArchiveExport export = ArchiveExport.of(storage).progress(report);
            options.network().ifPresent(export::network);
            ArchiveSummary all = export.to(options.file());
            report.end(all, ArchiveImport.networkOf(options.file()));
            return 0;
        }
    }
}
