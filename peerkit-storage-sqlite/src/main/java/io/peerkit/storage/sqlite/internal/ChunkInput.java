// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes bytes of chunks from their files. Belongs to one thread. */
final class ChunkInput implements AutoCloseable {
    /** Files that are kept open. */
    private static final int OPEN_FILES = 16;

    private final ChunkFiles files;
    private final Map<Long, FileChannel> open = new LinkedHashMap<>(OPEN_FILES, 0.75f, true);
    private @Nullable ByteBuffer buffer;

    ChunkInput(ChunkFiles files) {
        this.files = files;
    }

    /** Reads a chunk and checks that it is as it was written. */
    byte[] read(ChunkPlace place) throws IOException {
        return take(place, transfer(place, place));
    }

    /** Takes the next chunk from what {@link #transfer} gave, and checks it. */
    byte[] take(ChunkPlace place, ByteBuffer run) {
        byte[] bytes = new byte[place.length()];
        run.get(bytes);
        run.position(run.position() + ChunkPlace.room(bytes.length) - bytes.length);
        place.check(files.path(place.file()), bytes);
        return bytes;
    }

    /** Reads the room of one chunk, or of several that follow each other. */
    ByteBuffer transfer(ChunkPlace first, ChunkPlace last) throws IOException {
        ByteBuffer run = buffer;
        if (run == null) {
            run = ChunkFiles.buffer(ChunkFiles.TRANSFER_BYTES);
            buffer = run;
        }
        run.clear().limit((int) (last.end() - first.position()));
        if (!run.hasRemaining()) {
            return run;
        }
        FileChannel channel = channel(first.file());
        while (run.hasRemaining()) {
            int read = channel.read(run, first.position() + run.position());
            if (read < 0) {
                throw new StorageException(files.path(first.file()) + ": ends at " + channel.size()
                        + ", before the end of a chunk at " + last.end());
            }
        }
        return run.flip();
    }

    private FileChannel channel(long number) throws IOException {
        FileChannel channel = open.get(number);
        if (channel == null) {
            channel = files.read(number);
            open.put(number, channel);
            if (open.size() > OPEN_FILES) {
                Iterator<FileChannel> eldest = open.values().iterator();
                FileChannel unused = eldest.next();
                eldest.remove();
                unused.close();
            }
        }
        return channel;
    }

    /** Lets go of a file. */
    void forget(long number) throws IOException {
        FileChannel channel = open.remove(number);
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (FileChannel channel : open.values()) {
            try {
                channel.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        open.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
