// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What arrived on one stream and waits to be read.
 *
 * <p>A large piece is kept as a slice of the buffer in which it arrived, without copying. A slice keeps the whole of that
 * buffer alive, though, and every buffer object has its own cost, so a peer that sends a byte at a time could make us
 * hold thousands of times what it sent. A piece is therefore copied behind the piece before it when it is shorter than
 * {@link #MIN_SLICE_BYTES} or than a quarter of the buffer it came in. That bounds the memory at four times the bytes
 * queued, and a few KiB for the last piece.
 */
final class ReceiveQueue {
    /** Shorter pieces are copied. */
    static final int MIN_SLICE_BYTES = 2 * 1024;

    /** A piece is copied when the buffer it came in is more than this many times as large. */
    static final int MAX_AMPLIFICATION = 4;

    /** How many bytes are gathered in one buffer. */
    static final int GATHER_BYTES = 16 * 1024;

    private static final int FIRST_GATHER_BYTES = 512;

    private final ByteBufAllocator allocator;
    private final Deque<ByteBuf> pieces = new ArrayDeque<>();
    /** The last of {@code pieces} while it is our own copy and may be appended to. */
    private @Nullable ByteBuf gathering;

    private int bytes;

    ReceiveQueue(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    int bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return bytes == 0;
    }

    /** The number of buffers held. */
    int pieces() {
        return pieces.size();
    }

    /**
     * Takes the next bytes of {@code in}, which stays the caller's.
     *
     * @param length how many, at least 1
     * @param held the size in bytes of the memory that a slice of {@code in} keeps alive
     */
    void add(ByteBuf in, int length, int held) {
        bytes += length;
        if (length >= MIN_SLICE_BYTES && (long) length * MAX_AMPLIFICATION >= held) {
            gathering = null;
            pieces.addLast(in.readRetainedSlice(length));
            return;
        }
        int left = length - appended(in, length);
        if (left > 0) {
            ByteBuf copy = allocator.buffer(Math.max(left, FIRST_GATHER_BYTES), Math.max(left, GATHER_BYTES));
            pieces.addLast(copy);
            gathering = copy;
            copy.writeBytes(in, left);
        }
    }

    private int appended(ByteBuf in, int length) {
        if (gathering == null) {
            return 0;
        }
        int fits = Math.min(length, gathering.maxWritableBytes());
        gathering.writeBytes(in, fits);
        return fits;
    }

    /** The next bytes, at most {@code maxBytes} and of one buffer; the caller owns it. Null when there are none. */
    @Nullable
    ByteBuf poll(int maxBytes) {
        ByteBuf first = pieces.peekFirst();
        if (first == null) {
            return null;
        }
        if (pieces.size() == 1) {
            // This may be the one that gathers. Once handed out, in part or in whole, it must not change any more.
            gathering = null;
        }
        if (first.readableBytes() > maxBytes) {
            bytes -= maxBytes;
            return first.readRetainedSlice(maxBytes);
        }
        bytes -= first.readableBytes();
        pieces.removeFirst();
        return first;
    }

    /** Releases everything; returns how many bytes that were. */
    int clear() {
        int dropped = bytes;
        pieces.forEach(ByteBuf::release);
        pieces.clear();
        gathering = null;
        bytes = 0;
        return dropped;
    }
}
