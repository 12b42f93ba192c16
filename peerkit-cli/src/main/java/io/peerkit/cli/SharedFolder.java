// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The files of a folder, cut into blobs. */
final class SharedFolder {
    /** The most files that the demonstration takes; more would only take longer. */
    static final int MAX_FILES = 2_000;

    /** The longest part of a file in bytes: what fits one blob. */
    static final int PART_BYTES = 1_048_576;

    private SharedFolder() {}

    /**
     * A file.
     *
     * @param name relative to the folder
     * @param path where it is
     * @param bytes its length
     */
    record SharedFile(String name, Path path, long bytes) {
        /** Reads the file in parts that fit a blob; an empty file is one empty part. */
        List<byte[]> parts() {
            try {
                byte[] all = Files.readAllBytes(path);
                List<byte[]> parts = new ArrayList<>();
                for (int at = 0; at == 0 || at < all.length; at += PART_BYTES) {
                    parts.add(Arrays.copyOfRange(all, at, Math.min(all.length, at + PART_BYTES)));
                }
                return parts;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static List<SharedFile> files(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            List<SharedFile> files = new ArrayList<>();
            for (Path path : tree.filter(Files::isRegularFile)
                    .sorted()
                    .limit(MAX_FILES + 1L)
                    .toList()) {
                files.add(new SharedFile(folder.relativize(path).toString(), path, Files.size(path)));
            }
            if (files.isEmpty()) {
                throw new IOException(folder + " has no files");
            }
            if (files.size() > MAX_FILES) {
                throw new IOException(folder + " has more than " + MAX_FILES + " files");
            }
            return files;
        }
    }
}
