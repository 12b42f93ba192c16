// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.AgentId;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.AccessNegotiation;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.EmbeddedPair;
import io.peerkit.transport.libp2p.internal.connection.EmbeddedPair.End;
import io.peerkit.transport.libp2p.internal.connection.OpenPolicy;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.connection.WriteListener;
import io.peerkit.transport.libp2p.internal.identify.IdentifyMessage;
import io.peerkit.transport.libp2p.internal.ping.PingProtocol;
import io.peerkit.transport.libp2p.internal.stream.FrameInput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The gate with negotiations that follow a script, so that each verdict can be given at each point; the real ones are run by
 * the transport's contract.
 */
final class AccessGateTest {
    private static final AgentId AGENT = AgentId.of(new byte[32]);
    private static final AccessGrant GRANT = new AccessGrant(AGENT, Set.of());
    private static final String SECRET = "/test/secret/1.0.0";

    private final End dialer = new End();
    private final End listener = new End();
    private final List<String> heard = new ArrayList<>();

    @AfterEach
    void close() {
        dialer.close();
        listener.close();
    }

    /** Answers each frame with the next step; the dialing side starts with a frame of one byte. */
    private record Script(Optional<byte[]> first, List<AccessNegotiation.Step> steps) implements AccessNegotiation {
        @Override
        public Step start() {
            return new Continue(first);
        }

        @Override
        public Step received(byte[] frame) {
            return steps.remove(0);
        }
    }

    private final class Scripts implements AccessNegotiation.Factory {
        private final List<AccessNegotiation.Step> steps;

        Scripts(AccessNegotiation.Step... steps) {
            this.steps = new ArrayList<>(List.of(steps));
        }

        @Override
        public AccessNegotiation dialing(NodeId self, NodeId peer) {
            heard.add("negotiation");
            return new Script(Optional.of(new byte[] {1}), steps);
        }

        @Override
        public AccessNegotiation listening(NodeId self, NodeId peer) {
            heard.add("negotiation");
            return new Script(Optional.empty(), steps);
        }
    }

    private final class Verdicts implements AccessListener {
        @Override
        public void granted(Connection connection, AccessGrant grant) {
            heard.add("granted");
        }

        @Override
        public void denied(NodeId node, Optional<AgentId> agentId, String reason) {
            heard.add("denied " + reason);
        }

        @Override
        public void closed(Connection connection) {
            heard.add("closed");
        }
    }

    private AccessGate gate(End end, AccessNegotiation.Step... steps) {
        AccessGate gate = new AccessGate(
                new NodeId(end.key.peerId().toString()), new Scripts(steps), new Verdicts(), end.protocols);
        end.policy(gate);
        end.protocols.add(SECRET, connection -> stream -> heard.add("secret"));
        return gate;
    }

    private static AccessNegotiation.Step grantWithFrame() {
        return new AccessNegotiation.Granted(Optional.of(new byte[] {2}), GRANT);
    }

    private static AccessNegotiation.Step grant() {
        return new AccessNegotiation.Granted(Optional.empty(), GRANT);
    }

    /** A peer without a gate: it does what it likes. */
    private EmbeddedPair withBadPeer() {
        dialer.policy(new OpenPolicy());
        return new EmbeddedPair(dialer, listener).settle();
    }

    private CompletableFuture<Substream> openAsBadPeer(EmbeddedPair pair, String protocol) {
        CompletableFuture<Substream> opened = dialer.connection().open(protocol);
        pair.settle();
        return opened;
    }

    private void tryToOpen(EmbeddedPair pair, String protocol) {
        CompletableFuture<Substream> unused = openAsBadPeer(pair, protocol);
    }

    @Test
    void grant_byBoth_establishedOnBothSides() {
        gate(listener, grantWithFrame());
        gate(dialer, grant());
        EmbeddedPair pair = new EmbeddedPair(dialer, listener).settle();

        assertThat(heard).containsExactly("negotiation", "negotiation", "granted", "granted");
        assertThat(dialer.connection().isEstablished()).isTrue();
        assertThat(listener.connection().isEstablished()).isTrue();
        assertThat(openAsBadPeer(pair, SECRET)).isCompleted();
        assertThat(heard).endsWith("secret");
    }

    @Test
    void streamBeforeGrant_identifyAndPing_served() {
        gate(listener, grantWithFrame());
        EmbeddedPair pair = withBadPeer();

        assertThat(openAsBadPeer(pair, IdentifyMessage.PROTOCOL)).isCompleted();
        assertThat(openAsBadPeer(pair, IdentifyMessage.PUSH_PROTOCOL)).isCompleted();
        CompletableFuture<Duration> pinged = PingProtocol.ping(dialer.connection(), new byte[32]);
        pair.settle();
        assertThat(pinged).isCompleted();
        assertThat(listener.connection().isOpen()).isTrue();
    }

    @Test
    void streamBeforeGrant_anyOther_closesTheConnection() {
        gate(listener, grantWithFrame());
        EmbeddedPair pair = withBadPeer();

        CompletableFuture<Substream> opened = openAsBadPeer(pair, SECRET);

        assertThatThrownBy(opened::join).hasCauseInstanceOf(PeerUnreachableException.class);
        assertThat(listener.connection().isOpen()).isFalse();
        assertThat(heard).containsExactly("closed");
    }

    @Test
    void streamBeforeGrant_unknownProtocol_closesTheConnection() {
        gate(listener, grantWithFrame());
        EmbeddedPair pair = withBadPeer();
        tryToOpen(pair, "/test/unknown/1.0.0");
        assertThat(listener.connection().isOpen()).isFalse();
    }

    @Test
    void streamsBeforeGrant_moreThanTheBound_closeTheConnection() {
        gate(listener, grantWithFrame());
        EmbeddedPair pair = withBadPeer();
        for (int i = 0; i < 16; i++) {
            tryToOpen(pair, IdentifyMessage.PROTOCOL);
            assertThat(listener.connection().isOpen()).isTrue();
        }
        tryToOpen(pair, IdentifyMessage.PROTOCOL);
        assertThat(listener.connection().isOpen()).isFalse();
    }

    @Test
    void handshake_neverStarted_closedAtTheTimeout() {
        gate(listener, grantWithFrame());
        EmbeddedPair pair = withBadPeer();

        pair.advance(EmbeddedPair.HANDSHAKE_TIMEOUT.minusNanos(1));
        assertThat(listener.connection().isOpen()).isTrue();
        pair.advance(Duration.ofNanos(1));
        assertThat(listener.connection().isOpen()).isFalse();
    }

    @Test
    void handshake_secondStream_closesTheConnection() {
        gate(listener, grantWithFrame());
        EmbeddedPair pair = withBadPeer();
        tryToOpen(pair, AccessGate.PROTOCOL);
        assertThat(listener.connection().isOpen()).isTrue();
        tryToOpen(pair, AccessGate.PROTOCOL);
        assertThat(listener.connection().isOpen()).isFalse();
    }

    @Test
    void handshake_openedByTheListeningSide_closesTheConnection() {
        gate(dialer, grant());
        listener.protocols.add(AccessGate.PROTOCOL, connection -> stream -> {});
        EmbeddedPair pair = new EmbeddedPair(dialer, listener).settle();

        CompletableFuture<Substream> unused = listener.connection().open(AccessGate.PROTOCOL);
        pair.settle();

        assertThat(dialer.connection().isOpen()).isFalse();
    }

    @Test
    void frame_ofTheBound_handedToTheNegotiation() {
        gate(listener, grantWithFrame());
        EmbeddedPair pair = withBadPeer();
        send(pair, FrameInput.withLength(new byte[AccessNegotiation.MAX_FRAME_BYTES]));
        assertThat(listener.connection().isEstablished()).isTrue();
    }

    @Test
    void frame_oneByteOverTheBound_closesTheConnection() {
        gate(listener, grantWithFrame());
        EmbeddedPair pair = withBadPeer();
        send(pair, FrameInput.withLength(new byte[AccessNegotiation.MAX_FRAME_BYTES + 1]));
        assertThat(listener.connection().isOpen()).isFalse();
        assertThat(heard).containsExactly("negotiation", "closed");
    }

    @Test
    void frame_behindTheVerdict_closesTheConnection() {
        gate(listener, grantWithFrame());
        EmbeddedPair pair = withBadPeer();
        send(pair, new byte[] {1, 7, 1, 7});
        assertThat(listener.connection().isOpen()).isFalse();
    }

    private void send(EmbeddedPair pair, byte[] bytes) {
        Substream stream = openAsBadPeer(pair, AccessGate.PROTOCOL).join();
        stream.write(bytes, WriteListener.NONE);
        pair.settle();
    }

    @Test
    void handshake_endedWithoutVerdict_closesTheConnection() {
        gate(listener, new AccessNegotiation.Continue(Optional.of(new byte[] {5})));
        EmbeddedPair pair = withBadPeer();
        Substream stream = openAsBadPeer(pair, AccessGate.PROTOCOL).join();
        stream.closeWrite();
        pair.settle();
        assertThat(listener.connection().isOpen()).isFalse();
    }

    @Test
    void deny_withFrame_readByThePeerBeforeTheConnectionCloses() {
        AccessGate gate = gate(
                listener, new AccessNegotiation.Denied(Optional.of(new byte[] {9}), Optional.of(AGENT), "bad-proof"));
        EmbeddedPair pair = withBadPeer();
        Substream stream = openAsBadPeer(pair, AccessGate.PROTOCOL).join();
        stream.write(new byte[] {1, 7}, WriteListener.NONE);
        pair.settle();

        byte[] answer = new byte[2];
        assertThat(stream.read(answer, 0, 2)).isEqualTo(2);
        assertThat(answer).containsExactly(1, 9);
        assertThat(heard).containsExactly("negotiation", "denied bad-proof");
        assertThat(gate.denied().contains(new NodeId(dialer.key.peerId().toString())))
                .isTrue();
        assertThatThrownBy(listener.connection().established()::join).hasCauseInstanceOf(AccessDeniedException.class);

        // The peer keeps the connection open: it has a second.
        assertThat(openAsBadPeer(pair, PingProtocol.ID)).isCompletedExceptionally();
        pair.advance(Duration.ofSeconds(1).minusNanos(1));
        assertThat(listener.channel().isOpen()).isTrue();
        pair.advance(Duration.ofNanos(1));
        assertThat(listener.channel().isOpen()).isFalse();
        assertThat(heard).endsWith("closed");
    }

    @Test
    void deny_withoutFrame_closedAtOnceAndNotCheckedAgain() {
        gate(listener, new AccessNegotiation.Denied(Optional.empty(), Optional.empty(), "refused-by-peer"));
        EmbeddedPair pair = withBadPeer();
        send(pair, new byte[] {1, 7});
        assertThat(listener.connection().isOpen()).isFalse();
        assertThat(heard).containsExactly("negotiation", "denied refused-by-peer", "closed");
    }

    @Test
    void denied_moreThanTheBound_forgetsTheFirst() {
        DeniedNodes denied = new DeniedNodes();
        for (int i = 0; i < DeniedNodes.MAX_NODES; i++) {
            denied.add(new NodeId("n" + i));
        }
        denied.add(new NodeId("n5")); // known already
        assertThat(denied.contains(new NodeId("n0"))).isTrue();
        denied.add(new NodeId("one more"));
        assertThat(denied.contains(new NodeId("n0"))).isFalse();
        assertThat(denied.contains(new NodeId("n1"))).isTrue();
        assertThat(denied.contains(new NodeId("one more"))).isTrue();
    }
}
