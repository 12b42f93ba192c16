// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.peerkit.agent.LocalAgent;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.gossip.StoredContents;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code peerkit inspect}: what a store holds, while no node uses it. Writes nothing into it but what opening it does. */
@Command(name = "inspect", mixinStandardHelpOptions = true, description = "Shows what a store holds.")
final class InspectCommand implements Callable<Integer> {
    private static final int PAGE_BYTES = 1_048_576;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private FolderArgument argument = new FolderArgument();

    @Mixin
    private StorageOptions options = new StorageOptions();

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
        CommandSpec specified = Objects.requireNonNull(spec, "picocli fills it");
        argument.folder().ifPresent(folder -> options.folder(folder, specified));
        try (Storage storage = options.open(specified)) {
            ObjectNode figures = JsonLines.JSON.createObjectNode();
            agentId(figures);
            StoredContents contents = StoredContents.read(storage, authors);
            figures.put("entries", contents.entries())
                    .put("fingerprint", contents.fingerprint())
                    .put("withoutBlob", contents.withoutBlob())
                    .put("envelopeBytes", contents.envelopeBytes())
                    .put("blobBytes", contents.blobBytes())
                    .put("largeBlobBytes", contents.largeBlobBytes())
                    .put("agents", count(storage::cards, Storage.MAX_AGENTS, StoredCard::agentId))
                    .put("chunks", count(storage::chunkHashes, Storage.MAX_CHUNKS, hash -> hash))
                    .put("metadata", count(storage::metadataNames, Storage.MAX_NAMES, name -> name));
            options.bytes().ifPresent(bytes -> figures.put("bytes", bytes));
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
        if (options.folder().map(DataFolder::keys).filter(Files::isRegularFile).isPresent()) {
            try {
                figures.put(
                        "agentId",
                        LocalAgent.open(options.keys().orElseThrow()).id().toString());
            } catch (InvalidSettingException e) {
                // Sealed by a passphrase: who it is stays inside.
                figures.putNull("agentId");
            }
        }
    }

    /** One of the methods that list; {@code after} is what tells its items apart. */
    private interface Listing<T, K> {
        CompletableFuture<List<T>> page(Optional<K> after, int limit);
    }

    private static <T, K> long count(Listing<T, K> listing, int limit, Function<T, K> key) {
        long count = 0;
        List<T> page = listing.page(Optional.empty(), limit).join();
        while (!page.isEmpty()) {
            count += page.size();
            page = listing.page(Optional.of(key.apply(page.get(page.size() - 1))), limit)
                    .join();
        }
        return count;
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
        Optional<String> last = Optional.empty();
        List<String> page = storage.collections(last, Storage.MAX_NAMES).join();
        while (!page.isEmpty()) {
            for (String collection : page) {
                figures.put(
                        collection,
                        InspectCommand.<StoredRecord, byte[]>count(
                                (after, limit) -> storage.records(collection, after, limit, PAGE_BYTES),
                                Storage.MAX_RECORDS,
                                item -> item.key().key()));
                last = Optional.of(collection);
            }
            page = storage.collections(last, Storage.MAX_NAMES).join();
        }
    }
}
