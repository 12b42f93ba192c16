// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.stream.FrameChannel;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A stream on which a peer asks for chunks. The next chunks are read from the store while those before them leave. Belongs to
 * the node loop.
 */
final class ServedStream implements FrameChannel.Handler {
    /** The most chunks that a peer may be owed; one that asks for more is cut off. */
    static final int MAX_OWED = 1_024;

    /** With more than this many bytes unsent nothing is read; with a batch they stay below what a stream takes at a time. */
    private static final long READ_AHEAD_BYTES = 1_572_864;

    /** The most chunks of one read, and about the most bytes. */
    private static final int BATCH_CHUNKS = 16;

    private static final int BATCH_BYTES = 1_048_576;

    private final ChunkServer server;
    private final Peer peer;
    private final FrameChannel channel;
    private final Deque<BlobHash> owed = new ArrayDeque<>();
    private long counted;
    private boolean reading;
    private boolean ended;

    ServedStream(ChunkServer server, Peer peer, PeerStream stream) {
        this.server = server;
        this.peer = peer;
        this.channel = new FrameChannel(stream, server.loop(), BlobFrameCodec.MAX_FRAME_BYTES, this);
    }

    void read() {
        channel.read();
    }

    @Override
    public void frame(byte[] payload) {
        if (!(BlobFrameCodec.decode(payload) instanceof BlobFrame.Want want)) {
            throw new InvalidBytesException("answer against the direction of a blob stream");
        }
        if (owed.size() + want.hashes().size() > MAX_OWED) {
            throw new InvalidBytesException(
                    "questions for " + (owed.size() + want.hashes().size()) + " chunks, at most " + MAX_OWED);
        }
        owed.addAll(want.hashes());
    }

    @Override
    public void framesHandled() {
        serve();
    }

    /** Reads on if there is something to read and room for it. */
    void serve() {
        count();
        if (reading || owed.isEmpty() || channel.isClosed() || channel.unsentBytes() > READ_AHEAD_BYTES) {
            return;
        }
        if (!server.mayRead(this)) {
            return;
        }
        List<BlobHash> batch = new ArrayList<>(BATCH_CHUNKS);
        while (!owed.isEmpty() && batch.size() < BATCH_CHUNKS) {
            batch.add(owed.remove());
        }
        reading = true;
        LoopHop.then(
                server.loop(), server.storage().chunks(batch, BATCH_BYTES), found -> found(batch, found), this::fail);
    }

    private void found(List<BlobHash> asked, List<StoredChunk> found) {
        reading = false;
        long bytes = 0;
        List<BlobHash> absent = new ArrayList<>();
        int at = 0;
        for (StoredChunk chunk : found) {
            for (; !asked.get(at).equals(chunk.hash()); at++) {
                absent.add(asked.get(at));
            }
            at++;
            answerAbsent(absent);
            channel.sendFrame(BlobFrameCodec.frame(chunk.hash(), chunk.bytes()));
            bytes += chunk.bytes().length;
        }
        if (bytes > BATCH_BYTES) {
            // The read ended early: what follows was not looked for.
            for (int i = asked.size() - 1; i >= at; i--) {
                owed.addFirst(asked.get(i));
            }
        } else {
            absent.addAll(asked.subList(at, asked.size()));
            answerAbsent(absent);
        }
        serve();
        finishIfDone();
    }

    private void answerAbsent(List<BlobHash> hashes) {
        if (!hashes.isEmpty()) {
            channel.send(BlobFrameCodec.encode(new BlobFrame.Absent(List.copyOf(hashes))));
            hashes.clear();
        }
    }

    /** Tells the server what this stream holds. */
    private void count() {
        long now = channel.isClosed() ? 0 : channel.unsentBytes();
        long change = now - counted;
        counted = now;
        if (change != 0) {
            server.holds(change);
        }
    }

    @Override
    public void sent() {
        serve();
    }

    @Override
    public void ended() {
        ended = true;
        finishIfDone();
    }

    private void finishIfDone() {
        if (ended && !reading && owed.isEmpty()) {
            channel.finish();
            over();
        }
    }

    @Override
    public void failed(Throwable reason) {
        if (reason instanceof InvalidBytesException) {
            server.warnings().warn(peer.agent(), "gave up a blob stream", reason);
        }
        over();
    }

    private void fail(Throwable reason) {
        // The peer asks others, and this node on another stream.
        reading = false;
        close();
    }

    void close() {
        channel.reset();
        over();
    }

    private void over() {
        owed.clear();
        server.closed(this);
        long held = counted;
        counted = 0;
        if (held != 0) {
            server.holds(-held);
        }
    }
}
