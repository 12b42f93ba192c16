// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.secure;

import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * One side of the handshake from which a {@link SecureChannel} comes, without IO. After {@link #start} and after each
 * {@link #feed}, send what {@link #takeOutput} returns. Not safe for use by many threads; after an exception the connection
 * must be closed.
 */
public interface SecureHandshake {
    /** Begins, once the protocol was agreed. */
    void start();

    /**
     * Takes bytes from the peer, up to the end of the handshake.
     *
     * @param in read from; stays the caller's. What remains in it once {@link #channel} is there is for the channel
     * @throws io.peerkit.api.InvalidBytesException when the bytes are malformed or not authentic, or the peer is not the
     *     expected one
     * @throws io.peerkit.api.ProtocolRefusedException when the peer offers nothing that this side has
     */
    void feed(ByteBuf in);

    /**
     * What is to be sent, each byte once.
     *
     * @return the bytes, perhaps none
     */
    byte[] takeOutput();

    /**
     * The outcome, once this side has done its part.
     *
     * @return always the same one, or empty before
     */
    Optional<SecureChannel> channel();
}
