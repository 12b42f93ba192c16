// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import com.sun.nio.file.ExtendedOpenOption;
import io.peerkit.api.storage.StoredChunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files with the chunks: {@code notes.db.chunks/000000000001} and so on, at most {@value #MAX_FILE_BYTES} bytes each, chunk
 * behind chunk, each beginning at a multiple of {@value #BLOCK_BYTES}. They have no structure of their own; the table says
 * what lies where.
 *
 * <p>They are read and written around the system's cache (O_DIRECT and its like) where the file system can do so: large
 * blobs pass once, and filling the cache with them cost five to ten times as much processor time and drove
 * everything else out of it. Where it cannot, they go through the cache.
 *
 * <p>A file is only appended to, by one {@link ChunkAppender}, and what the table refers to never changes.
 */
final class ChunkFiles {
    /** Where chunks begin, in bytes: what reading and writing around the cache asks for. */
    static final int BLOCK_BYTES = 4_096;

    /** Where a file ends, in bytes: 64 MiB. Compaction writes at most so much anew for one removed chunk. */
    static final long MAX_FILE_BYTES = 67_108_864;

    /** What is read or written at once, in bytes: 1 MiB and a block, the room of the largest chunk when it is sealed. */
    static final int TRANSFER_BYTES = StoredChunk.MAX_BYTES + BLOCK_BYTES;

    private static final Pattern NAME = Pattern.compile("[0-9]{12}");

    private static final Logger LOG = LoggerFactory.getLogger(ChunkFiles.class);

    private final Path folder;

    /** The chunks beside a store's file; the folder is made with the first one. */
    ChunkFiles(Path file) {
        folder = folderOf(file);
    }

    static Path folderOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".chunks");
    }

    /** A buffer as reading and writing around the cache asks for it. */
    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes + BLOCK_BYTES)
                .alignedSlice(BLOCK_BYTES)
                .limit(bytes)
                .slice();
    }

    Path path(long number) {
        return folder.resolve(String.format(Locale.ROOT, "%012d", number));
    }

    /** Opens a file to read it. */
    FileChannel read(long number) throws IOException {
        return open(path(number), StandardOpenOption.READ);
    }

    /** Makes a file and opens it to write it. */
    FileChannel make(long number) throws IOException {
        if (!Files.exists(folder)) {
            PrivateFiles.makeFolder(folder);
            PrivateFiles.force(folder.resolveSibling("."));
        }
        Path path = path(number);
        Files.createFile(path, PrivateFiles.attributes(path));
        PrivateFiles.force(folder);
        return open(path, StandardOpenOption.WRITE);
    }

    private static FileChannel open(Path path, OpenOption option) throws IOException {
        try {
            long block = Files.getFileStore(path).getBlockSize();
            if (block > 0 && BLOCK_BYTES % block == 0) {
                return FileChannel.open(path, option, ExtendedOpenOption.DIRECT);
            }
        } catch (UnsupportedOperationException | IOException e) {
            LOG.debug("{}: not around the system's cache", path, e);
        }
        return FileChannel.open(path, option);
    }

    void delete(long number) throws IOException {
        Files.deleteIfExists(path(number));
    }

    /** The length of a file in bytes; nothing when it is not there. */
    OptionalLong size(long number) throws IOException {
        Path path = path(number);
        return Files.exists(path) ? OptionalLong.of(Files.size(path)) : OptionalLong.empty();
    }

    /** Cuts off what a file has behind its last chunk. */
    void cut(long number, long end) throws IOException {
        try (FileChannel channel = FileChannel.open(path(number), StandardOpenOption.WRITE)) {
            channel.truncate(end);
        }
    }

    /**
     * Deletes files without chunks, and cuts off what no chunk lies in: what was written and never committed.
     *
     * @param ends where the last chunk of each file ends
     * @return the greatest number of a file, 0 without any
     */
    long clean(Map<Long, Long> ends) throws IOException {
        if (!Files.exists(folder)) {
            return ends.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
        }
        for (Map.Entry<Long, Long> file : sizes().entrySet()) {
            Optional<Long> end = Optional.ofNullable(ends.get(file.getKey()));
            if (end.isEmpty()) {
                delete(file.getKey());
            } else if (file.getValue() > end.get()) {
                cut(file.getKey(), end.get());
            }
        }
        return ends.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    private Map<Long, Long> sizes() throws IOException {
        Map<Long, Long> sizes = new TreeMap<>();
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (NAME.matcher(name).matches()) {
                    sizes.put(Long.parseLong(name), Files.size(file));
                } else {
                    LOG.warn("{}: no file of the store", file);
                }
            }
        }
        return sizes;
    }
}
