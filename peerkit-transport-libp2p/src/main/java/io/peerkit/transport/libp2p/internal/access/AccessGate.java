// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.access;

import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.transport.AccessNegotiation;
import io.peerkit.transport.libp2p.internal.autonat.AutonatServer;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionPolicy;
import io.peerkit.transport.libp2p.internal.connection.InboundProtocol;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.connection.StreamDriver;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.connection.WriteListener;
import io.peerkit.transport.libp2p.internal.identify.IdentifyMessage;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.ping.PingProtocol;
import io.peerkit.transport.libp2p.internal.stream.FrameInput;
import java.util.Optional;
import java.util.Set;

/**
 * Runs the access handshake on each connection, and serves nothing else before it has ended well, except identify, ping and dials back.
 *
 * <pre>{@code
 *   stream /peerkit/access/2.0.0, opened by the dialing side of the connection as its first
 *   frame = varint length | bytes, at most 16 KiB
 * }</pre>
 *
 * <p>A grant takes effect before the next byte of the connection is looked at, so that streams which the peer opens right
 * behind its own grant are served.
 */
public final class AccessGate implements ConnectionPolicy {
    /** The protocol's name. */
    public static final String PROTOCOL = "/peerkit/access/2.0.0";

    /** A dial back shows nothing but that this node answers; it takes a nonce that was given to that peer on another connection. */
    private static final Set<String> SERVED_TO_ALL = Set.of(
            PROTOCOL,
            IdentifyMessage.PROTOCOL,
            IdentifyMessage.PUSH_PROTOCOL,
            PingProtocol.ID,
            AutonatServer.DIAL_BACK);

    private final NodeId self;
    private final AccessNegotiation.Factory negotiations;
    private final AccessListener listener;
    private final DeniedNodes denied = new DeniedNodes();

    /**
     * Makes the gate of a transport.
     *
     * @param self this node
     * @param negotiations decides
     * @param listener hears the verdicts
     * @param protocols where the handshake is to be served
     */
    public AccessGate(
            NodeId self, AccessNegotiation.Factory negotiations, AccessListener listener, ProtocolTable protocols) {
        this.self = self;
        this.negotiations = negotiations;
        this.listener = listener;
        protocols.add(PROTOCOL, connection -> new Listening());
    }

    /**
     * Who is not let in any more.
     *
     * @return the live set
     */
    public DeniedNodes denied() {
        return denied;
    }

    @Override
    public boolean admits(PeerId peer) {
        return !denied.contains(new NodeId(peer.toString()));
    }

    @Override
    public void secured(Connection connection) {
        if (!connection.isDialer()) {
            return;
        }
        var unused = connection.open(PROTOCOL).whenComplete((stream, failure) -> {
            if (failure == null) {
                new Handshake(stream, negotiations.dialing(self, connection.node())).start();
            } else {
                connection.close(new PeerUnreachableException(
                        "node " + connection.node() + " does not take the access handshake: " + failure.getMessage(),
                        failure));
            }
        });
    }

    @Override
    public boolean serves(Connection connection, String protocol) {
        return connection.isEstablished() || SERVED_TO_ALL.contains(protocol);
    }

    @Override
    public void closed(Connection connection) {
        listener.closed(connection);
    }

    private final class Listening implements InboundProtocol {
        private boolean started;

        @Override
        public void accept(Substream stream) {
            Connection connection = stream.connection();
            if (started || connection.isDialer()) {
                connection.close(new InvalidBytesException("node " + connection.node()
                        + " opened an access handshake that is not its to open, or a second one"));
                return;
            }
            started = true;
            new Handshake(stream, negotiations.listening(self, connection.node())).start();
        }
    }

    private final class Handshake implements StreamDriver {
        private final Substream stream;
        private final Connection connection;
        private final AccessNegotiation negotiation;
        private final FrameInput frames = new FrameInput("access frame", AccessNegotiation.MAX_FRAME_BYTES);
        private boolean over;

        Handshake(Substream stream, AccessNegotiation negotiation) {
            this.stream = stream;
            this.connection = stream.connection();
            this.negotiation = negotiation;
        }

        void start() {
            apply(negotiation.start());
            stream.drive(this);
        }

        @Override
        public void readable() {
            try {
                Optional<byte[]> frame = over ? Optional.empty() : frames.next(stream);
                while (frame.isPresent()) {
                    apply(negotiation.received(frame.get()));
                    frame = over ? Optional.empty() : frames.next(stream);
                }
                if (over && stream.readableBytes() > 0) {
                    throw new InvalidBytesException("access frame behind the verdict");
                }
            } catch (InvalidBytesException e) {
                connection.close(e);
                return;
            }
            if (!over && stream.isInputEnded()) {
                connection.close(new PeerUnreachableException(
                        "node " + connection.node() + " ended the access handshake without a verdict"));
            }
        }

        private void apply(AccessNegotiation.Step step) {
            if (step instanceof AccessNegotiation.Continue next) {
                next.frame().ifPresent(this::send);
            } else if (step instanceof AccessNegotiation.Granted granted) {
                granted.frame().ifPresent(this::send);
                end();
                listener.granted(connection, granted.grant());
                connection.establish();
            } else if (step instanceof AccessNegotiation.Denied refusal) {
                refusal.frame().ifPresent(this::send);
                end();
                deny(refusal);
            }
        }

        private void deny(AccessNegotiation.Denied refusal) {
            if (refusal.lasting()) {
                denied.add(connection.node());
            }
            listener.denied(connection.node(), refusal.agentId(), refusal.reason());
            AccessDeniedException why = new AccessDeniedException(
                    "access denied with " + connection.node() + ": " + refusal.reason(), refusal.lasting());
            connection.refuse(why);
            if (refusal.frame().isEmpty()) {
                connection.close(why);
            }
        }

        private void send(byte[] frame) {
            stream.write(FrameInput.withLength(frame), WriteListener.NONE);
        }

        private void end() {
            over = true;
            stream.closeWrite();
        }

        @Override
        public void broken(PeerkitException cause) {
            if (!over) {
                over = true;
                connection.close(new PeerUnreachableException(
                        "node " + connection.node() + " broke off the access handshake", cause));
            }
        }
    }
}
