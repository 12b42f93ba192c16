// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes chunks behind each other. Belongs to the writer's thread.
 *
 * <p>Within one transaction: chunks are added, {@link #force} puts them on the disk, the rows are committed, {@link #committed}. After
 * a failure {@link #rolledBack} gives the room of what was added back.
 */
final class ChunkAppender implements AutoCloseable {
    /** The most that waits to be written, in bytes; room for the longest chunk behind one that does not fill it. */
    private static final int BUFFER_BYTES = 2 * ChunkFiles.TRANSFER_BYTES;

    private static final Logger LOG = LoggerFactory.getLogger(ChunkAppender.class);

    private final ChunkFiles files;
    private final List<Long> made = new ArrayList<>();
    private @Nullable ByteBuffer buffer;
    private @Nullable FileChannel channel;
    private long number;
    private long written;
    private boolean unforced;
    private long committedNumber;
    private long committedEnd;

    /** Begins a new file at the first chunk, with the number behind the last one. */
    ChunkAppender(ChunkFiles files, long lastNumber) {
        this.files = files;
        number = lastNumber;
    }

    /** The file that is being written; others do not grow any more. */
    long number() {
        return number;
    }

    /** Takes a chunk and says where it will lie. */
    ChunkPlace add(byte[] bytes) throws IOException {
        int room = ChunkPlace.room(bytes.length);
        ByteBuffer waiting = waiting();
        if (waiting.remaining() < room) {
            write();
        }
        if (channel == null || written + waiting.position() + room > ChunkFiles.MAX_FILE_BYTES) {
            next();
        }
        long position = written + waiting.position();
        waiting.put(bytes);
        waiting.put(new byte[room - bytes.length]);
        unforced = true;
        if (waiting.position() >= ChunkFiles.TRANSFER_BYTES) {
            write();
        }
        return new ChunkPlace(number, position, bytes.length, ChunkPlace.crcOf(bytes));
    }

    private ByteBuffer waiting() {
        ByteBuffer waiting = buffer;
        if (waiting == null) {
            waiting = ChunkFiles.buffer(BUFFER_BYTES);
            buffer = waiting;
        }
        return waiting;
    }

    private void write() throws IOException {
        FileChannel open = channel;
        if (open == null) {
            return;
        }
        ByteBuffer waiting = waiting().flip();
        while (waiting.hasRemaining()) {
            written += open.write(waiting, written);
        }
        waiting.clear();
    }

    /** Puts what was added on the disk. */
    void force() throws IOException {
        write();
        if (unforced && channel != null) {
            channel.force(false);
        }
        unforced = false;
    }

    private void next() throws IOException {
        force();
        seal();
        number++;
        channel = files.make(number);
        made.add(number);
    }

    /** Ends the file; the next chunk begins a new one. */
    void seal() throws IOException {
        if (channel != null) {
            FileChannel ended = channel;
            channel = null;
            ended.close();
        }
        written = 0;
    }

    /** What was added stays. */
    void committed() {
        made.clear();
        if (channel != null) {
            committedNumber = number;
            committedEnd = written;
        }
    }

    /** What was added is gone. The next chunk begins a new file: after a failed flush nobody knows what stands in this one. */
    void rolledBack() {
        if (buffer != null) {
            buffer.clear();
        }
        unforced = false;
        try {
            seal();
            for (long file : made) {
                files.delete(file);
            }
            if (committedNumber > 0 && files.size(committedNumber).orElse(0) > committedEnd) {
                files.cut(committedNumber, committedEnd);
            }
        } catch (IOException e) {
            // Only room is lost, until the store is opened again.
            LOG.debug("chunk files were not cleaned", e);
        }
        made.clear();
    }

    @Override
    public void close() throws IOException {
        seal();
    }
}
