// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.secure;

import io.netty.buffer.ByteBuf;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.util.Optional;

/**
 * A connection's bytes once both sides have proven who they are: records that are authentic and secret. Without IO; belongs
 * to the event loop of the connection.
 */
public interface SecureChannel {
    /**
     * Who is at the other end, proven.
     *
     * @return its PeerId
     */
    PeerId remote();

    /**
     * The multiplexer that both sides settled on in the handshake.
     *
     * @return its protocol, or empty when multistream-select follows
     */
    Optional<String> muxer();

    /**
     * Takes what belongs to the next record.
     *
     * @param in read from, to the end of the record at most; stays the caller's
     * @return whether a record is complete; {@link #take} it before the next call
     * @throws InvalidBytesException when it states a longer length than may be
     */
    boolean next(ByteBuf in);

    /**
     * Takes the complete record decrypted.
     *
     * @return the plaintext, perhaps none, in a buffer of its own, which the caller owns
     * @throws InvalidBytesException when the record is not authentic, or the peer closed the channel in it
     */
    ByteBuf take();

    /**
     * Where to write what is to be sent. From here to {@link #seal} nothing else of the same thread must come between.
     *
     * @return an empty buffer for {@link #maxPlaintextBytes}; never release it
     */
    ByteBuf plaintext();

    /**
     * The most that one {@link #seal} takes.
     *
     * @return bytes
     */
    int maxPlaintextBytes();

    /**
     * The most that one {@link #seal} appends.
     *
     * @return bytes
     */
    int maxSealedBytes();

    /**
     * Encrypts what stands in {@link #plaintext}, at least one byte.
     *
     * @param out appended to; has room for what was written and {@link #maxSealedBytes} less {@link #maxPlaintextBytes}
     */
    void seal(ByteBuf out);

    /**
     * Ends the direction of this side.
     *
     * @return what is to be sent as the last bytes, perhaps none
     */
    byte[] end();

    /** Gives memory back that only traffic needs; for connections that have gone quiet. */
    void trim();
}
