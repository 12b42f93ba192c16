// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.NetworkId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code export} and {@code import} are told: the store, the file, the network, and how to report. */
final class ArchiveOptions {
    @Parameters(
            arity = "1..2",
            paramLabel = "[DIR] FILE",
            hideParamSyntax = true,
            description =
                    "the data folder of a node that is not running, another way to write --data; the archive, which is"
                            + " as readable as the data")
    private List<Path> paths = new ArrayList<>();

    @Mixin
    private StorageOptions storage = new StorageOptions();

    @Mixin
    private NetworkOption network = new NetworkOption();

    @Option(names = "--json", description = "progress and result as JSON lines")
    private boolean json;

    /** The options of the store. */
    StorageOptions storage(CommandSpec spec) {
        if (paths.size() > 1) {
            storage.folder(paths.remove(0), spec);
        }
        return storage;
    }

    /** The archive. */
    Path file() {
        return paths.get(paths.size() - 1);
    }

    /** The network that was named. */
    Optional<NetworkId> network() {
        return Optional.ofNullable(network.id());
    }

    /** Reports what is done. */
    ArchiveReport report(String verb) {
        return new ArchiveReport(verb, json);
    }
}
