// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.upgrade;

import io.netty.buffer.ByteBuf;
import io.peerkit.transport.libp2p.internal.multistream.MultistreamDialer;
import io.peerkit.transport.libp2p.internal.multistream.MultistreamListener;
import io.peerkit.transport.libp2p.internal.multistream.Negotiation;
import java.nio.ByteBuffer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Either side of multistream-select, for bytes in Netty's buffers.
 *
 * @param feed takes bytes up to the end of the negotiation
 * @param takeOutput what is to be sent, each byte once
 */
public record Selector(Function<ByteBuffer, Negotiation> feed, Supplier<byte[]> takeOutput) {
    /**
     * The side that proposes.
     *
     * @param dialer at its start
     * @return the same as a selector
     */
    public static Selector of(MultistreamDialer dialer) {
        return new Selector(dialer::feed, dialer::takeOutput);
    }

    /**
     * The side that answers.
     *
     * @param listener at its start
     * @return the same as a selector
     */
    public static Selector of(MultistreamListener listener) {
        return new Selector(listener::feed, listener::takeOutput);
    }

    /**
     * Takes bytes from the peer.
     *
     * @param in what remains in it after {@link Negotiation.Accepted} belongs to the protocol
     * @return how far the negotiation has come
     */
    public Negotiation feed(ByteBuf in) {
        ByteBuffer bytes = in.nioBuffer();
        Negotiation outcome = feed.apply(bytes);
        in.skipBytes(bytes.position());
        return outcome;
    }
}
