// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.netty.buffer.ByteBuf;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.multistream.Judgement;
import io.peerkit.transport.libp2p.internal.multistream.MultistreamListener;
import io.peerkit.transport.libp2p.internal.multistream.Negotiation;
import io.peerkit.transport.libp2p.internal.upgrade.Selector;
import org.jspecify.annotations.Nullable;

/**
 * Agrees with the peer on the protocol of a stream that the peer opened.
 *
 * <p>A protocol that needs access and is proposed before access was granted waits for the verdict where streams have no order among
 * each other, and closes the connection where they have one. Of a stream that waits no further piece is read.
 */
final class InboundNegotiation implements StreamDriver {
    private static final int PIECE_BYTES = 4_096;

    private final Substream stream;
    private final Connection connection;
    private final MultistreamListener listener;
    private final Selector selector;
    private final Runnable cancelTimeout;
    /** What came behind a proposal that waits. */
    private @Nullable ByteBuf behind;

    private boolean violated;

    InboundNegotiation(Substream stream) {
        this.stream = stream;
        connection = stream.connection();
        listener = new MultistreamListener(
                this::judge, () -> connection.protocols().names());
        selector = Selector.of(listener);
        cancelTimeout = connection.after(connection.settings().negotiationTimeout(), this::timeOut);
    }

    private Judgement judge(String protocol) {
        if (!connection.serves(protocol)) {
            if (connection.early().mayWait()) {
                return Judgement.LATER;
            }
            violated = true;
            return Judgement.NOT_SUPPORTED;
        }
        return connection.protocols().contains(protocol) ? Judgement.SUPPORTED : Judgement.NOT_SUPPORTED;
    }

    @Override
    public void readable() {
        if (listener.isUndecided()) {
            if (!connection.isEstablished()) {
                return;
            }
            ByteBuf piece = takeBehind();
            if (piece == null || isDone(listener.judgeAgain(), piece)) {
                return;
            }
            behind = piece;
        }
        ByteBuf piece;
        while (connection.isOpen() && (piece = next()) != null) {
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
            if (isDone(outcome, piece)) {
                return;
            }
            if (listener.isUndecided()) {
                behind = piece;
                connection.early().await(stream);
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

    private @Nullable ByteBuf next() {
        ByteBuf waited = takeBehind();
        return waited == null ? stream.readPiece(PIECE_BYTES) : waited;
    }

    private @Nullable ByteBuf takeBehind() {
        ByteBuf waited = behind;
        behind = null;
        return waited;
    }

    /** Sends the answer. When a protocol was accepted, the piece belongs to that. */
    private boolean isDone(Negotiation outcome, ByteBuf piece) {
        byte[] answer = selector.takeOutput().get();
        if (answer.length > 0) {
            stream.write(answer, WriteListener.NONE);
        }
        if (outcome instanceof Negotiation.Accepted accepted) {
            accepted(accepted.protocol(), piece);
            return true;
        }
        return false;
    }

    private void accepted(String protocol, ByteBuf rest) {
        cancelTimeout.run();
        stream.agreed(rest);
        connection.serve(protocol, stream);
    }

    @Override
    public void broken(PeerkitException cause) {
        cancelTimeout.run();
        ByteBuf waited = takeBehind();
        if (waited != null) {
            waited.release();
        }
    }

    private void timeOut() {
        stream.fail(new InvalidBytesException("node " + connection.node() + " proposed no protocol on a stream within "
                + connection.settings().negotiationTimeout()));
    }
}
