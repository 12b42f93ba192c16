// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.stream.FrameChannel;
import java.util.List;

/** A stream on which this node asks a peer for chunks. Belongs to the node loop. */
final class BlobStream implements FrameChannel.Handler {
    /** Is told what the peer answers. */
    interface Owner {
        /**
         * A chunk came.
         *
         * @throws InvalidBytesException when the peer was not asked
         */
        void chunk(NodeId peer, BlobHash hash, byte[] bytes);

        /**
         * The peer lacks chunks.
         *
         * @throws InvalidBytesException when the peer was not asked
         */
        void absent(NodeId peer, List<BlobHash> hashes);

        /** All frames that came together were handled. */
        void handled(NodeId peer);

        /** Whether nothing more should come for now. */
        boolean isFull();

        /** The stream is lost. */
        void lost(BlobStream stream, Throwable reason);
    }

    private final NodeId peer;
    private final Owner owner;
    private final FrameChannel channel;

    BlobStream(NodeLoop loop, PeerStream stream, Owner owner) {
        this.peer = stream.node();
        this.owner = owner;
        this.channel = new FrameChannel(stream, loop, BlobFrameCodec.MAX_FRAME_BYTES, this);
    }

    NodeId peer() {
        return peer;
    }

    void read() {
        channel.read();
    }

    void ask(List<BlobHash> hashes) {
        channel.send(BlobFrameCodec.encode(new BlobFrame.Want(hashes)));
    }

    /** Nothing more is wanted and nothing is owed. */
    void finish() {
        channel.finish();
    }

    void reset() {
        channel.reset();
    }

    @Override
    public void frame(byte[] payload) {
        BlobFrame frame = BlobFrameCodec.decode(payload);
        if (frame instanceof BlobFrame.Chunk chunk) {
            owner.chunk(peer, chunk.hash(), chunk.bytes());
        } else if (frame instanceof BlobFrame.Absent absent) {
            owner.absent(peer, absent.hashes());
        } else {
            throw new InvalidBytesException("want against the direction of a blob stream");
        }
    }

    @Override
    public void framesHandled() {
        owner.handled(peer);
    }

    @Override
    public boolean isFull() {
        return owner.isFull();
    }

    @Override
    public void ended() {
        channel.reset();
        owner.lost(this, new PeerUnreachableException("peer " + peer + " closed the blob stream"));
    }

    @Override
    public void failed(Throwable reason) {
        owner.lost(this, reason);
    }
}
