// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.netty.buffer.ByteBuf;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.multistream.MultistreamListener;
import io.peerkit.transport.libp2p.internal.multistream.Negotiation;
import io.peerkit.transport.libp2p.internal.upgrade.Selector;

/** Agrees with the peer on the protocol of a stream that the peer opened. */
final class InboundNegotiation implements StreamDriver {
    private static final int PIECE_BYTES = 4_096;

    private final Substream stream;
    private final Connection connection;
    private final Selector selector;
    private final Runnable cancelTimeout;
    private boolean violated;

    InboundNegotiation(Substream stream) {
        this.stream = stream;
        connection = stream.connection();
        selector = Selector.of(new MultistreamListener(
                this::supports, () -> connection.protocols().names()));
        cancelTimeout = connection.after(connection.settings().negotiationTimeout(), this::timeOut);
    }

    private boolean supports(String protocol) {
        if (!connection.serves(protocol)) {
            violated = true;
            return false;
        }
        return connection.protocols().contains(protocol);
    }

    @Override
    public void readable() {
        ByteBuf piece;
        while (connection.isOpen() && (piece = stream.readPiece(PIECE_BYTES)) != null) {
            Negotiation outcome;
            try {
                outcome = selector.feed(piece);
            } catch (PeerkitException e) {
                piece.release();
                throw e;
            }
            if (violated) {
                piece.release();
                connection.close(new InvalidBytesException(
                        "node " + connection.node() + " opened a stream that needs access before it was granted"));
                return;
            }
            byte[] answer = selector.takeOutput().get();
            if (answer.length > 0) {
                stream.write(answer, WriteListener.NONE);
            }
            if (outcome instanceof Negotiation.Accepted accepted) {
                accepted(accepted.protocol(), piece);
                return;
            }
            piece.release();
        }
        if (stream.isInputEnded()) {
            // The peer found nothing that both speak, and says so by closing.
            cancelTimeout.run();
            stream.closeWrite();
        }
    }

    private void accepted(String protocol, ByteBuf rest) {
        cancelTimeout.run();
        stream.agreed(rest);
        connection.serve(protocol, stream);
    }

    @Override
    public void broken(PeerkitException cause) {
        cancelTimeout.run();
    }

    private void timeOut() {
        stream.fail(new InvalidBytesException("node " + connection.node() + " proposed no protocol on a stream within "
                + connection.settings().negotiationTimeout()));
    }
}
