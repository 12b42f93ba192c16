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

/** The initiator's side: sends Hello and Proof, waits for Challenge and Grant. */
public final class DialingNegotiation extends Negotiation {
    private final Party party;
    private final boolean toSelf;
    private final byte[] hello;
    private final Transcript transcript;

    /** What the responder said of itself; absent until it did. */
    private @Nullable Challenge challenge;

    /**
     * Prepares a handshake.
     *
     * @param party what we bring
     * @param self this node
     * @param peer the peer, authenticated
     * @param nonce 32 bytes that were never used before
     */
    public DialingNegotiation(Party party, NodeId self, NodeId peer, byte[] nonce) {
        this.party = party;
        toSelf = self.equals(peer);
        hello = AccessFrameCodec.encode(
                new Hello(party.versions(), party.agent().id(), nonce, party.capabilities()));
        transcript = new Transcript(self, peer);
        transcript.append(hello);
    }

    @Override
    public Step start() {
        return toSelf ? deny(DenyReason.SELF) : reply(hello);
    }

    @Override
    Step received(AccessFrame frame, byte[] bytes) {
        Challenge known = challenge;
        if (known == null && frame instanceof Challenge first) {
            return challenged(first, bytes);
        }
        if (known != null && frame instanceof Grant grant) {
            return granted(known, grant);
        }
        return deny(DenyReason.OUT_OF_ORDER);
    }

    private Step challenged(Challenge received, byte[] bytes) {
        challenge = received;
        claims(received.agentId());
        if (!party.versions().contains(received.version())) {
            return deny(DenyReason.VERSION);
        }
        Optional<String> objection = party.objectionTo(received.agentId());
        if (objection.isPresent()) {
            return deny(objection.get());
        }
        transcript.append(bytes);
        byte[] proof = AccessFrameCodec.encode(new Proof(party.prove(AccessRole.INITIATOR, transcript.hash())));
        transcript.append(proof);
        return reply(proof);
    }

    private Step granted(Challenge known, Grant grant) {
        Optional<String> objection =
                party.objectionTo(AccessRole.RESPONDER, known.agentId(), transcript.hash(), grant.evidence());
        return objection.isPresent()
                ? deny(objection.get())
                : grant(Optional.empty(), known.agentId(), known.capabilities());
    }
}
