// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.agent.FileKeyStore;
import io.peerkit.agent.LocalAgent;
import io.peerkit.api.storage.Storage;
import io.peerkit.gossip.StoredSet;
import io.peerkit.storage.sqlite.SqliteStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code peerkit inspect}: what a data folder holds, while no node uses it. */
@Command(name = "inspect", mixinStandardHelpOptions = true, description = "Shows what a data folder holds.")
final class InspectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "the --data folder of a node that is not running")
    private @Nullable Path folder;

    @Option(names = "--json", description = "as one JSON object")
    private boolean json;

    @Override
    public Integer call() {
        Path directory = folder == null ? Path.of(".") : folder;
        Path database = DataFolder.database(directory);
        if (!Files.isRegularFile(database)) {
            System.err.println("peerkit: " + database + " does not exist");
            return 1;
        }
        try (Storage storage = SqliteStorage.at(database).open()) {
            StoredSet set = StoredSet.read(storage).join();
            var figures = JsonLines.JSON.createObjectNode();
            Path keys = DataFolder.keys(directory);
            if (Files.isRegularFile(keys)) {
                figures.put(
                        "agentId", LocalAgent.open(FileKeyStore.at(keys)).id().toString());
            }
            figures.put("entries", set.entries())
                    .put("fingerprint", set.fingerprint())
                    .put("agents", storage.agents(Storage.MAX_AGENTS).join().size())
                    .put("bytes", database.toFile().length());
            if (json) {
                System.out.println(figures);
            } else {
                figures.properties()
                        .forEach(field -> System.out.printf(
                                "%-12s %s%n", field.getKey(), field.getValue().asText()));
            }
            return 0;
        }
    }
}
