// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.transport;

import io.peerkit.api.NodeId;
import io.peerkit.api.ProtocolId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A stream of bytes to and from a peer, with flow control end to end: a peer that does not read brakes the writer here.
 *
 * <p>Safe for use by any thread. Futures complete on a thread of the transport, where nothing may block; hand over to
 * an executor of your own. Every future fails with {@link io.peerkit.api.PeerUnreachableException} when the stream is
 * reset or the connection breaks, with {@link io.peerkit.api.ClosedException} when this side has closed it.
 */
public interface PeerStream {
    /** The most bytes that may wait in {@link #write} at a time. */
    int MAX_UNSENT_BYTES = 4 * 1_048_576;

    /** The most bytes that one {@link #read} gives. */
    int MAX_READ_BYTES = 262_144;

    /**
     * The peer.
     *
     * @return the node at the other end
     */
    NodeId node();

    /**
     * What is spoken here.
     *
     * @return the protocol both sides agreed on
     */
    ProtocolId protocol();

    /**
     * Takes what has arrived, or waits for something to arrive. Only what was taken here makes room for the peer to
     * send more. One read at a time.
     *
     * @return a future of 1 to {@link #MAX_READ_BYTES} bytes, or of nothing when the peer has closed its side
     */
    CompletableFuture<Optional<byte[]>> read();

    /**
     * Sends bytes, behind those of earlier calls.
     *
     * @param bytes the bytes; not copied, never change them
     * @return a future that completes when they have left for the wire within the peer's window, which is the moment
     *     to produce more; failed with {@link io.peerkit.api.LimitExceededException}, nothing sent, when more than
     *     {@link #MAX_UNSENT_BYTES} would wait
     */
    CompletableFuture<Void> write(byte[] bytes);

    /**
     * Closes this side behind the bytes written so far; reading goes on.
     *
     * @return a future that completes when the end has left for the wire
     */
    CompletableFuture<Void> closeWrite();

    /** Gives the stream up at once in both directions; the peer's reads and writes fail. Repeating it does nothing. */
    void reset();
}
