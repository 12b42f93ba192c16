// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * What was written on one stream and waits to be sent.
 *
 * <p>Each write is charged {@link #WRITE_COST_BYTES} above its length, so that a flood of tiny writes is bounded too.
 */
final class SendQueue {
    /** What a queued write costs besides its bytes. */
    static final int WRITE_COST_BYTES = 64;

    private final int maxBytes;
    private final Deque<Write> writes = new ArrayDeque<>();
    private int bytes;
    private int charged;

    private record Write(ByteBuf data, Object token) {}

    SendQueue(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    int bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return writes.isEmpty();
    }

    /** How long a write may be to be accepted now. */
    int room() {
        return Math.max(0, maxBytes - charged);
    }

    boolean isHalfFree() {
        return charged <= maxBytes / 2;
    }

    /** Takes over a write that fits {@link #room}. */
    void add(ByteBuf data, Object token) {
        int length = data.readableBytes();
        bytes += length;
        charged += length + WRITE_COST_BYTES;
        writes.addLast(new Write(data, token));
    }

    /**
     * Copies the next bytes to {@code out}. Copying lets small writes share a frame and many frames share a record of the
     * layer below, which has to pass over every byte anyhow.
     *
     * @param length at most {@link #bytes}
     * @param written is given the token of every write that is complete by this
     */
    void transfer(ByteBuf out, int length, Consumer<Object> written) {
        int left = length;
        while (left > 0) {
            ByteBuf data = writes.getFirst().data();
            int part = Math.min(left, data.readableBytes());
            out.writeBytes(data, part);
            left -= part;
            bytes -= part;
            charged -= part;
            removeComplete(written);
        }
    }

    /** Removes the writes at the front of which nothing is left; empty ones behind a complete one are complete too. */
    void removeComplete(Consumer<Object> written) {
        Write first = writes.peekFirst();
        while (first != null && !first.data().isReadable()) {
            writes.removeFirst();
            charged -= WRITE_COST_BYTES;
            first.data().release();
            written.accept(first.token());
            first = writes.peekFirst();
        }
    }

    /** Releases everything; {@code dropped} is given the token of every write that was queued. */
    void clear(Consumer<Object> dropped) {
        for (Write write : writes) {
            write.data().release();
            dropped.accept(write.token());
        }
        writes.clear();
        bytes = 0;
        charged = 0;
    }
}
