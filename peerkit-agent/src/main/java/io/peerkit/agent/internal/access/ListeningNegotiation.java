// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.access;

import io.peerkit.agent.AccessRole;
import io.peerkit.agent.internal.access.AccessFrame.Challenge;
import io.peerkit.agent.internal.access.AccessFrame.Grant;
import io.peerkit.agent.internal.access.AccessFrame.Hello;
import io.peerkit.agent.internal.access.AccessFrame.Proof;
import io.peerkit.api.NodeId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The responder's side: waits for Hello and Proof, sends Challenge and, to whom it believes, Grant. */
public final class ListeningNegotiation extends Negotiation {
    private final Party party;
    private final boolean toSelf;
    private final byte[] nonce;
    private final Transcript transcript;

    /** What the initiator said of itself; absent until it did. */
    private @Nullable Hello hello;

    /**
     * Prepares a handshake.
     *
     * @param party what we bring
     * @param self this node
     * @param peer the peer, authenticated
     * @param nonce 32 bytes that were never used before
     */
    public ListeningNegotiation(Party party, NodeId self, NodeId peer, byte[] nonce) {
        this.party = party;
        toSelf = self.equals(peer);
        this.nonce = nonce;
        transcript = new Transcript(peer, self);
    }

    @Override
    public Step start() {
        return toSelf ? deny(DenyReason.SELF) : new Continue(Optional.empty());
    }

    @Override
    Step received(AccessFrame frame, byte[] bytes) {
        Hello known = hello;
        if (known == null && frame instanceof Hello first) {
            return greeted(first, bytes);
        }
        if (known != null && frame instanceof Proof proof) {
            return proven(known, proof, bytes);
        }
        return deny(DenyReason.OUT_OF_ORDER);
    }

    private Step greeted(Hello received, byte[] bytes) {
        hello = received;
        claims(received.agentId());
        Optional<Integer> version = party.commonVersion(received.versions());
        if (version.isEmpty()) {
            return deny(DenyReason.VERSION);
        }
        Optional<String> objection = party.objectionTo(received.agentId());
        if (objection.isPresent()) {
            return deny(objection.get());
        }
        byte[] challenge = AccessFrameCodec.encode(
                new Challenge(version.get(), party.agent().id(), nonce, party.capabilities()));
        transcript.append(bytes);
        transcript.append(challenge);
        return reply(challenge);
    }

    private Step proven(Hello known, Proof proof, byte[] bytes) {
        Optional<String> objection =
                party.objectionTo(AccessRole.INITIATOR, known.agentId(), transcript.hash(), proof.evidence());
        if (objection.isPresent()) {
            return deny(objection.get());
        }
        transcript.append(bytes);
        byte[] grant = AccessFrameCodec.encode(new Grant(party.prove(AccessRole.RESPONDER, transcript.hash())));
        return grant(Optional.of(grant), known.agentId(), known.capabilities());
    }
}
