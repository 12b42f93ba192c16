// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import io.peerkit.api.ClosedException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.transport.PeerStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One half of a stream. Its state belongs to the network's loop; calls from elsewhere go there first. */
final class MemoryStream implements PeerStream {
    /** How many bytes may travel or wait at the reader, per direction. */
    static final int WINDOW_BYTES = 262_144;

    private static final byte[] EMPTY = {};

    private final LinkEnd end;
    private final int id;
    private final ProtocolId protocol;
    private final Pipe pipe = new Pipe();

    private final ArrayDeque<Write> unsent = new ArrayDeque<>(1);
    private int unsentBytes;
    private int window = WINDOW_BYTES;
    private boolean writeClosed;
    private boolean endSent;

    private final Queue<byte[]> arrived = new ArrayDeque<>(1);
    private int arrivedBytes;
    private int unreportedBytes;
    private boolean peerEnded;
    private @Nullable CompletableFuture<Optional<byte[]>> reading;
    private @Nullable PeerkitException failure;

    MemoryStream(LinkEnd end, int id, ProtocolId protocol) {
        this.end = end;
        this.id = id;
        this.protocol = protocol;
    }

    int id() {
        return id;
    }

    Pipe pipe() {
        return pipe;
    }

    @Override
    public NodeId node() {
        return end.peer();
    }

    @Override
    public ProtocolId protocol() {
        return protocol;
    }

    @Override
    public CompletableFuture<Optional<byte[]>> read() {
        CompletableFuture<Optional<byte[]>> result = new CompletableFuture<>();
        end.loop().execute(() -> {
            if (reading != null) {
                result.completeExceptionally(new IllegalStateException("a read of this stream waits already"));
            } else {
                reading = result;
                serveRead();
            }
        });
        return result;
    }

    @Override
    public CompletableFuture<Void> write(byte[] bytes) {
        return enqueue(new Write(bytes, new CompletableFuture<>()), false);
    }

    @Override
    public CompletableFuture<Void> closeWrite() {
        return enqueue(new Write(EMPTY, new CompletableFuture<>()), true);
    }

    @Override
    public void reset() {
        end.loop().execute(() -> {
            if (failure == null && !isDone()) {
                end.atOtherHalf(this, "reset", EMPTY, pipe, half -> {
                    half.broken(new PeerUnreachableException("node " + half.node() + " reset the stream"));
                    half.end.forget(half);
                });
                end.forget(this);
            }
            broken(new ClosedException("stream was reset here"));
        });
    }

    /** Everything that waits fails, and all that is asked for later. */
    void broken(PeerkitException cause) {
        if (failure != null) {
            return;
        }
        failure = cause;
        arrived.clear();
        arrivedBytes = 0;
        serveRead();
        while (!unsent.isEmpty()) {
            unsent.remove().done.completeExceptionally(cause);
        }
        unsentBytes = 0;
    }

    private CompletableFuture<Void> enqueue(Write write, boolean last) {
        end.loop().execute(() -> {
            if (failure != null) {
                write.done.completeExceptionally(failure);
            } else if (writeClosed) {
                write.done.completeExceptionally(new ClosedException("stream was closed for writing"));
            } else if (unsentBytes + (long) write.bytes.length > MAX_UNSENT_BYTES) {
                write.done.completeExceptionally(new LimitExceededException("unsent " + unsentBytes + " and "
                        + write.bytes.length + " bytes, at most " + MAX_UNSENT_BYTES));
            } else {
                writeClosed = last;
                unsent.add(write);
                unsentBytes += write.bytes.length;
                pump();
            }
        });
        return write.done;
    }

    private void pump() {
        while (!unsent.isEmpty() && failure == null) {
            Write head = unsent.element();
            int left = head.bytes.length - head.sent;
            if (left > 0) {
                int size = Math.min(left, window);
                if (size == 0) {
                    return;
                }
                send(Arrays.copyOfRange(head.bytes, head.sent, head.sent + size));
                head.sent += size;
            }
            if (head.sent == head.bytes.length) {
                unsent.remove();
                if (writeClosed && unsent.isEmpty()) {
                    endSent = true;
                    end.atOtherHalf(this, "end", EMPTY, pipe, MemoryStream::endArrived);
                    forgetWhenDone();
                }
                head.done.complete(null);
            }
        }
    }

    private void send(byte[] chunk) {
        window -= chunk.length;
        unsentBytes -= chunk.length;
        end.atOtherHalf(this, "data", chunk, pipe, half -> half.dataArrived(chunk));
    }

    private void dataArrived(byte[] chunk) {
        if (failure == null) {
            arrived.add(chunk);
            arrivedBytes += chunk.length;
            serveRead();
        }
    }

    private void endArrived() {
        peerEnded = true;
        forgetWhenDone();
        serveRead();
    }

    private void windowGrew(int bytes) {
        window += bytes;
        pump();
    }

    private void serveRead() {
        CompletableFuture<Optional<byte[]>> waiting = reading;
        if (waiting == null) {
            return;
        }
        if (failure != null) {
            reading = null;
            waiting.completeExceptionally(failure);
        } else if (arrivedBytes > 0) {
            reading = null;
            byte[] bytes = takeArrived();
            makeRoom(bytes.length);
            waiting.complete(Optional.of(bytes));
        } else if (peerEnded) {
            reading = null;
            waiting.complete(Optional.empty());
        }
    }

    private byte[] takeArrived() {
        // The window is no larger than what one read may give, so a read takes all there is.
        byte[] bytes = new byte[arrivedBytes];
        int at = 0;
        for (byte[] chunk : arrived) {
            System.arraycopy(chunk, 0, bytes, at, chunk.length);
            at += chunk.length;
        }
        arrived.clear();
        arrivedBytes = 0;
        return bytes;
    }

    private void makeRoom(int bytes) {
        unreportedBytes += bytes;
        if (unreportedBytes >= WINDOW_BYTES / 2 && !peerEnded) {
            int room = unreportedBytes;
            unreportedBytes = 0;
            end.atOtherHalf(this, "window", EMPTY, new Pipe(), half -> half.windowGrew(room));
        }
    }

    private boolean isDone() {
        return endSent && peerEnded;
    }

    private void forgetWhenDone() {
        if (isDone()) {
            end.forget(this);
        }
    }

    /** Bytes that wait for the window; mutable only in how far they went. */
    private static final class Write {
        private final byte[] bytes;
        private final CompletableFuture<Void> done;
        private int sent;

        private Write(byte[] bytes, CompletableFuture<Void> done) {
            this.bytes = bytes;
            this.done = done;
        }
    }
}
