// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** The data folder as an argument, of commands that look at one. */
final class FolderArgument {
    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            description = "the data folder of a node that is not running, another way to write --data")
    private @Nullable Path folder;

    Optional<Path> folder() {
        return Optional.ofNullable(folder);
    }
}
