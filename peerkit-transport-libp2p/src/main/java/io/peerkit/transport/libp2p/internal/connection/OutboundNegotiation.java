// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.netty.buffer.ByteBuf;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.transport.libp2p.internal.multistream.MultistreamDialer;
import io.peerkit.transport.libp2p.internal.multistream.Negotiation;
import io.peerkit.transport.libp2p.internal.upgrade.Selector;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Agrees with the peer on the protocol of a stream that this side opened. */
final class OutboundNegotiation implements StreamDriver {
    private static final int PIECE_BYTES = 4_096;

    private final Substream stream;
    private final String protocol;
    private final CompletableFuture<Substream> opened;
    private final Selector selector;
    private final Runnable cancelTimeout;

    OutboundNegotiation(Substream stream, String protocol, CompletableFuture<Substream> opened) {
        this.stream = stream;
        this.protocol = protocol;
        this.opened = opened;
        Connection connection = stream.connection();
        selector = Selector.of(new MultistreamDialer(List.of(protocol)));
        cancelTimeout = connection.after(connection.settings().negotiationTimeout(), this::timeOut);
    }

    void start() {
        stream.drive(this);
        stream.write(selector.takeOutput().get(), WriteListener.NONE);
    }

    @Override
    public void readable() {
        ByteBuf piece;
        while ((piece = stream.readPiece(PIECE_BYTES)) != null) {
            Negotiation outcome;
            try {
                outcome = selector.feed(piece);
            } catch (PeerkitException e) {
                piece.release();
                throw e;
            }
            if (outcome instanceof Negotiation.Accepted) {
                accepted(piece);
                return;
            }
            piece.release();
            if (outcome == Negotiation.Refused.REFUSED) {
                throw new ProtocolRefusedException(
                        "node " + stream.connection().node() + " does not speak " + protocol);
            }
        }
        if (stream.isInputEnded()) {
            throw new PeerUnreachableException(
                    "node " + stream.connection().node() + " closed a stream before it agreed on " + protocol);
        }
    }

    private void accepted(ByteBuf rest) {
        cancelTimeout.run();
        stream.agreed(rest);
        if (!opened.complete(stream)) {
            stream.reset(); // nobody wants it any more
        }
    }

    @Override
    public void broken(PeerkitException cause) {
        cancelTimeout.run();
        opened.completeExceptionally(cause);
    }

    private void timeOut() {
        stream.fail(new PeerUnreachableException("node " + stream.connection().node() + " did not agree on " + protocol
                + " within " + stream.connection().settings().negotiationTimeout()));
    }
}
