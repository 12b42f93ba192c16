// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.access;

import io.peerkit.agent.KeyStore;
import io.peerkit.agent.LocalAgent;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.agent.internal.access.AccessFrame.Evidence;
import io.peerkit.api.AgentId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.transport.AccessNegotiation;
import io.peerkit.api.transport.AccessNegotiation.Continue;
import io.peerkit.api.transport.AccessNegotiation.Denied;
import io.peerkit.api.transport.AccessNegotiation.Granted;
import io.peerkit.api.transport.AccessNegotiation.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Two sides of a handshake on a table, and what went between them. */
final class Handshakes {
    static final NodeId INITIATOR = new NodeId("node-i");
    static final NodeId RESPONDER = new NodeId("node-r");
    static final NetworkAccess KEY = NetworkAccess.sharedKey(filled(32, 3));
    static final NetworkAccess OTHER_KEY = NetworkAccess.sharedKey(filled(32, 4));

    private Handshakes() {}

    /** How a handshake ended: the last step of either side, and all frames in the order in which they were sent. */
    record Outcome(@Nullable Step initiator, @Nullable Step responder, List<byte[]> frames) {
        boolean initiatorGrants() {
            return initiator instanceof Granted;
        }

        boolean responderGrants() {
            return responder instanceof Granted;
        }
    }

    /** Changes what is sent; the index counts frames from 0. */
    interface Wire {
        byte[] carry(int index, byte[] frame);
    }

    static Outcome run(AccessNegotiation initiator, AccessNegotiation responder) {
        return run(initiator, responder, (index, frame) -> frame);
    }

    static Outcome run(AccessNegotiation initiator, AccessNegotiation responder, Wire wire) {
        List<byte[]> frames = new ArrayList<>();
        AccessNegotiation[] sides = {initiator, responder};
        Step[] last = {initiator.start(), responder.start()};
        int sender = 0;
        Optional<byte[]> frame = frame(last[0]);
        while (frame.isPresent()) {
            frames.add(frame.get());
            if (ended(last[1 - sender])) {
                break;
            }
            sender = 1 - sender;
            last[sender] = sides[sender].received(wire.carry(frames.size() - 1, frame.get()));
            frame = frame(last[sender]);
        }
        return new Outcome(last[0], last[1], frames);
    }

    static Optional<byte[]> frame(Step step) {
        if (step instanceof Continue next) {
            return next.frame();
        }
        if (step instanceof Granted granted) {
            return granted.frame();
        }
        return ((Denied) step).frame();
    }

    static boolean ended(Step step) {
        return !(step instanceof Continue);
    }

    static String reason(@Nullable Step step) {
        return step instanceof Denied denied ? denied.reason() : "not denied: " + step;
    }

    static AccessFrame lastFrame(Outcome outcome) {
        return AccessFrameCodec.decode(outcome.frames().get(outcome.frames().size() - 1));
    }

    static Party party(Agent agent, NetworkAccess access) {
        return party(agent, access, List.of(2), new DeniedAgents());
    }

    static Party party(Agent agent, NetworkAccess access, List<Integer> versions, DeniedAgents denied) {
        return new Party(agent, access, versions, Set.of(), denied);
    }

    static DialingNegotiation dialing(Party party) {
        return new DialingNegotiation(party, INITIATOR, RESPONDER, filled(32, 11));
    }

    static ListeningNegotiation listening(Party party) {
        return new ListeningNegotiation(party, RESPONDER, INITIATOR, filled(32, 12));
    }

    static LocalAgent agent(int number) {
        return LocalAgent.open(KeyStore.inMemory(filled(32, number)));
    }

    static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /** Proof or Grant with its evidence changed. */
    static byte[] withEvidence(byte[] frame, UnaryOperator<Evidence> change) {
        AccessFrame decoded = AccessFrameCodec.decode(frame);
        if (decoded instanceof AccessFrame.Proof proof) {
            return AccessFrameCodec.encode(new AccessFrame.Proof(change.apply(proof.evidence())));
        }
        return AccessFrameCodec.encode(new AccessFrame.Grant(change.apply(((AccessFrame.Grant) decoded).evidence())));
    }

    /** Names another agent's key as its own. */
    record Impostor(Agent real, AgentId id) implements Agent {
        @Override
        public byte[] sign(byte[] message) {
            return real.sign(message);
        }

        @Override
        public boolean verify(AgentId signer, byte[] message, byte[] signature) {
            return real.verify(signer, message, signature);
        }

        @Override
        public AgentInfo issueInfo(List<NodeAddress> addresses, Instant issuedAt, Duration lifetime) {
            return real.issueInfo(addresses, issuedAt, lifetime);
        }

        @Override
        public AgentInfo readInfo(byte[] encoded) {
            return real.readInfo(encoded);
        }
    }
}
