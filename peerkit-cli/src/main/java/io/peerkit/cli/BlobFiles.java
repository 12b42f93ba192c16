// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.peerkit.api.BlobHash;
import io.peerkit.api.PeerkitNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CompletableFuture;

/** Publishes files and writes blobs into files, whatever their length. */
final class BlobFiles {
    private BlobFiles() {}

    static CompletableFuture<ObjectNode> publish(PeerkitNode node, Path file) {
        InputStream content;
        long size;
        try {
            size = Files.size(file);
            content = Files.newInputStream(file);
        } catch (IOException e) {
            throw new CommandException("file", "cannot be read: " + e);
        }
        return node.publish(content, size)
                .whenComplete((hash, failure) -> close(content))
                .thenApply(hash -> JsonLines.JSON
                        .createObjectNode()
                        .put("hash", hash.toString())
                        .put("size", size));
    }

    private static void close(InputStream content) {
        try {
            content.close();
        } catch (IOException e) {
            throw new CommandException("file", "cannot be closed: " + e);
        }
    }

    /** Writes a blob beside the file first, so that the file is there as a whole or not at all. */
    static CompletableFuture<ObjectNode> get(PeerkitNode node, BlobHash hash, Path file) {
        return node.openBlob(hash).thenApplyAsync(found -> {
            Path part = file.resolveSibling(file.getFileName() + ".part");
            try (InputStream content =
                    found.orElseThrow(() -> new CommandException("not-found", "no whole blob " + hash))) {
                long size = Files.copy(content, part, StandardCopyOption.REPLACE_EXISTING);
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
                return JsonLines.JSON.createObjectNode().put("size", size);
            } catch (IOException e) {
                throw new CommandException("file", "cannot be written: " + e);
            }
        });
    }
}
