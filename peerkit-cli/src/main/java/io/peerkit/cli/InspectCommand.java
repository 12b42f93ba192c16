// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.peerkit.agent.FileKeyStore;
import io.peerkit.agent.LocalAgent;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.gossip.StoredContents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code peerkit inspect}: what a data folder holds, while no node uses it. Writes nothing into the store. */
@Command(name = "inspect", mixinStandardHelpOptions = true, description = "Shows what a data folder holds.")
final class InspectCommand implements Callable<Integer> {
    /**
     * The collections that are looked at: a store does not list its collections, so those that Peerkit has are named here.
     */
    private static final List<String> COLLECTIONS = List.of(
            "archive",
            "blob-content",
            "blob-release",
            "blob-todo",
            "blob-upload",
            "chunk-use",
            "large-blob",
            "published",
            "sealed-index",
            "upload-part");

    private static final int PAGE_BYTES = 1_048_576;

    @Parameters(paramLabel = "DIR", description = "the --data folder of a node that is not running")
    private Path folder = Path.of("");

    @Option(names = "--json", description = "as one JSON object")
    private boolean json;

    @Option(
            names = "--authors",
            paramLabel = "N",
            defaultValue = "20",
            description = "how many authors to list; 20 by default")
    private int authors = 20;

    @Override
    public Integer call() throws IOException {
        if (authors < 0) {
            throw new InvalidSettingException("--authors " + authors + ", at least 0");
        }
        try (Storage storage = DataFolder.open(folder)) {
            ObjectNode figures = JsonLines.JSON.createObjectNode();
            agentId(figures);
            StoredContents contents = StoredContents.read(storage, authors);
            figures.put("entries", contents.entries())
                    .put("fingerprint", contents.fingerprint())
                    .put("withoutBlob", contents.withoutBlob())
                    .put("envelopeBytes", contents.envelopeBytes())
                    .put("blobBytes", contents.blobBytes())
                    .put("largeBlobBytes", contents.largeBlobBytes())
                    .put("agents", storage.agents(Storage.MAX_AGENTS).join().size())
                    .put("bytes", DataFolder.bytes(folder));
            shares(figures, "networks", "network", contents.networks());
            shares(figures, "authors", "author", contents.authors());
            shares(figures, "kinds", "kind", contents.kinds());
            shares(figures, "sizes", "size", contents.sizes());
            shares(figures, "epochs", "epoch", contents.epochs());
            records(figures.putObject("records"), storage);
            if (json) {
                System.out.println(figures);
            } else {
                InspectText.print(figures, System.out);
            }
            return 0;
        }
    }

    private void agentId(ObjectNode figures) {
        Path keys = DataFolder.keys(folder);
        if (Files.isRegularFile(keys)) {
            try {
                figures.put(
                        "agentId", LocalAgent.open(FileKeyStore.at(keys)).id().toString());
            } catch (InvalidSettingException e) {
                // Sealed by a passphrase: who it is stays inside.
                figures.putNull("agentId");
            }
        }
    }

    private static void shares(ObjectNode figures, String field, String name, List<StoredContents.Share> shares) {
        var list = figures.putArray(field);
        for (StoredContents.Share share : shares) {
            list.addObject()
                    .put(name, share.name())
                    .put("entries", share.entries())
                    .put("bytes", share.bytes());
        }
    }

    private static void records(ObjectNode figures, Storage storage) {
        for (String collection : COLLECTIONS) {
            long count = 0;
            Optional<byte[]> after = Optional.empty();
            List<StoredRecord> page = page(storage, collection, after);
            while (!page.isEmpty()) {
                count += page.size();
                after = Optional.of(page.get(page.size() - 1).key().key());
                page = page(storage, collection, after);
            }
            if (count > 0) {
                figures.put(collection, count);
            }
        }
    }

    private static List<StoredRecord> page(Storage storage, String collection, Optional<byte[]> after) {
        return storage.records(collection, after, Storage.MAX_RECORDS, PAGE_BYTES)
                .join();
    }
}
