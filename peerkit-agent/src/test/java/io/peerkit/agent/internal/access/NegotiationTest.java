// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.access;

import static io.peerkit.agent.internal.access.Handshakes.INITIATOR;
import static io.peerkit.agent.internal.access.Handshakes.KEY;
import static io.peerkit.agent.internal.access.Handshakes.OTHER_KEY;
import static io.peerkit.agent.internal.access.Handshakes.RESPONDER;
import static io.peerkit.agent.internal.access.Handshakes.agent;
import static io.peerkit.agent.internal.access.Handshakes.dialing;
import static io.peerkit.agent.internal.access.Handshakes.filled;
import static io.peerkit.agent.internal.access.Handshakes.frame;
import static io.peerkit.agent.internal.access.Handshakes.lastFrame;
import static io.peerkit.agent.internal.access.Handshakes.listening;
import static io.peerkit.agent.internal.access.Handshakes.party;
import static io.peerkit.agent.internal.access.Handshakes.reason;
import static io.peerkit.agent.internal.access.Handshakes.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.agent.AccessRole;
import io.peerkit.agent.LocalAgent;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.agent.NetworkAccessBytes;
import io.peerkit.agent.internal.access.AccessFrame.Challenge;
import io.peerkit.agent.internal.access.AccessFrame.Deny;
import io.peerkit.agent.internal.access.AccessFrame.Evidence;
import io.peerkit.agent.internal.access.AccessFrame.Grant;
import io.peerkit.agent.internal.access.AccessFrame.Hello;
import io.peerkit.agent.internal.access.AccessFrame.Proof;
import io.peerkit.agent.internal.access.Handshakes.Impostor;
import io.peerkit.agent.internal.access.Handshakes.Outcome;
import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.AccessNegotiation;
import io.peerkit.api.transport.AccessNegotiation.Denied;
import io.peerkit.api.transport.AccessNegotiation.Granted;
import io.peerkit.api.transport.AccessNegotiation.Step;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NegotiationTest {
    private static final LocalAgent ALICE = agent(1);
    private static final LocalAgent BOB = agent(2);
    private static final LocalAgent MALLORY = agent(3);

    private final DeniedAgents deniedByAlice = new DeniedAgents();
    private final DeniedAgents deniedByBob = new DeniedAgents();
    private final Party alice = party(ALICE, KEY, List.of(2), deniedByAlice);
    private final Party bob = party(BOB, KEY, List.of(2), deniedByBob);

    @Test
    void handshake_sameKey_bothGrantInFourFrames() {
        Party talkative = new Party(ALICE, KEY, List.of(2), Set.of("blob", "later"), deniedByAlice);
        Outcome outcome = run(dialing(talkative), listening(bob));
        assertThat(outcome.frames()).hasSize(4);
        assertThat(outcome.initiator()).isEqualTo(new Granted(Optional.empty(), new AccessGrant(BOB.id(), Set.of())));
        assertThat(outcome.responder())
                .isInstanceOfSatisfying(
                        Granted.class,
                        granted -> assertThat(granted.grant())
                                .isEqualTo(new AccessGrant(ALICE.id(), Set.of("blob", "later"))));
    }

    @Test
    void handshake_allPairsOfNetworks_onlySameNetworkGrantsOnBothSides() {
        Map<String, NetworkAccess> networks = Map.of("key", KEY, "other", OTHER_KEY, "open", NetworkAccess.open());
        networks.forEach((one, initiators) -> networks.forEach((two, responders) -> {
            Outcome outcome = run(dialing(party(ALICE, initiators)), listening(party(BOB, responders)));
            String pair = one + " dials " + two;
            boolean same = one.equals(two);
            assertThat(outcome.initiatorGrants()).as(pair).isEqualTo(same);
            if (same) {
                assertThat(outcome.responderGrants()).as(pair).isTrue();
            } else if (two.equals("open")) {
                // The open side has nothing against the dialer, which is the one that is not convinced and says so.
                assertThat(outcome.responderGrants()).as(pair).isTrue();
                assertThat(reason(outcome.initiator())).as(pair).isEqualTo("bad-proof");
                assertThat(lastFrame(outcome)).as(pair).isEqualTo(new Deny("bad-proof"));
            } else {
                assertThat(reason(outcome.responder())).as(pair).isEqualTo("bad-proof");
                assertThat(reason(outcome.initiator())).as(pair).isEqualTo("refused-by-peer:bad-proof");
            }
        }));
    }

    @Test
    void handshake_initiatorWithWrongKey_neverSeesResponderProof() {
        Outcome outcome = run(dialing(party(ALICE, OTHER_KEY)), listening(bob));
        assertThat(outcome.frames().stream().map(AccessFrameCodec::decode).map(Object::getClass))
                .containsExactly(Hello.class, Challenge.class, Proof.class, Deny.class);
    }

    @Test
    void handshake_initiatorClaimsForeignAgent_badSignatureAndThatAgentIsNotDenied() {
        Outcome outcome = run(dialing(party(new Impostor(MALLORY, ALICE.id()), KEY)), listening(bob));
        assertThat(outcome.responder()).isInstanceOfSatisfying(Denied.class, denied -> {
            assertThat(denied.reason()).isEqualTo("bad-signature");
            assertThat(denied.agentId()).contains(ALICE.id());
        });
        assertThat(outcome.initiatorGrants()).isFalse();
        assertThat(deniedByBob.contains(ALICE.id())).isFalse();
        assertThat(run(dialing(alice), listening(bob)).responderGrants()).isTrue();
    }

    @Test
    void handshake_responderClaimsForeignAgent_badSignatureAndThatAgentIsNotDenied() {
        Outcome outcome = run(dialing(alice), listening(party(new Impostor(MALLORY, BOB.id()), KEY)));
        assertThat(reason(outcome.initiator())).isEqualTo("bad-signature");
        assertThat(lastFrame(outcome)).isEqualTo(new Deny("bad-signature"));
        assertThat(deniedByAlice.contains(BOB.id())).isFalse();
        assertThat(run(dialing(alice), listening(bob)).initiatorGrants()).isTrue();
    }

    @Test
    void handshake_impostorWithWrongKeyToo_foreignAgentIsNotDenied() {
        run(dialing(party(new Impostor(MALLORY, ALICE.id()), OTHER_KEY)), listening(bob));
        run(dialing(alice), listening(party(new Impostor(MALLORY, BOB.id()), OTHER_KEY)));
        assertThat(deniedByBob.contains(ALICE.id())).isFalse();
        assertThat(deniedByAlice.contains(BOB.id())).isFalse();
    }

    @Test
    void handshake_provenAgentWithWrongKey_staysDeniedWithoutSecondCheck() {
        run(dialing(party(ALICE, OTHER_KEY)), listening(bob));
        assertThat(deniedByBob.contains(ALICE.id())).isTrue();
        Outcome again = run(dialing(alice), listening(bob));
        assertThat(reason(again.responder())).isEqualTo("denied");
        assertThat(reason(again.initiator())).isEqualTo("refused-by-peer:denied");
        assertThat(again.frames()).hasSize(2);

        run(dialing(alice), listening(party(MALLORY, OTHER_KEY)));
        assertThat(deniedByAlice.contains(MALLORY.id())).isFalse();
        run(dialing(alice), listening(party(MALLORY, NetworkAccess.open())));
        assertThat(deniedByAlice.contains(MALLORY.id())).isTrue();
        Outcome back = run(dialing(alice), listening(party(MALLORY, KEY)));
        assertThat(reason(back.initiator())).isEqualTo("denied");
        assertThat(lastFrame(back)).isEqualTo(new Deny("denied"));
    }

    @Test
    void handshake_agentDeniedWhileItRuns_denied() {
        Outcome listeningSide = run(dialing(alice), listening(bob), (index, bytes) -> {
            if (index == 2) {
                deniedByBob.block(ALICE.id());
            }
            return bytes;
        });
        assertThat(reason(listeningSide.responder())).isEqualTo("blocked");
        Outcome dialingSide = run(dialing(alice), listening(party(BOB, KEY)), (index, bytes) -> {
            if (index == 3) {
                deniedByAlice.block(BOB.id());
            }
            return bytes;
        });
        assertThat(reason(dialingSide.initiator())).isEqualTo("blocked");
    }

    @Test
    void handshake_ownAgentAtTheOtherEnd_self() {
        Outcome outcome = run(dialing(alice), listening(party(ALICE, KEY)));
        assertThat(reason(outcome.responder())).isEqualTo("self");
        AccessNegotiation dialer = dialing(alice);
        dialer.start();
        Step step = dialer.received(AccessFrameCodec.encode(new Challenge(2, ALICE.id(), filled(32, 1), Set.of())));
        assertThat(reason(step)).isEqualTo("self");
        assertThat(deniedByAlice.contains(ALICE.id())).isFalse();
    }

    @Test
    void start_ownNodeAtTheOtherEnd_self() {
        assertThat(reason(new DialingNegotiation(alice, INITIATOR, INITIATOR, filled(32, 1)).start()))
                .isEqualTo("self");
        assertThat(reason(new ListeningNegotiation(alice, INITIATOR, INITIATOR, filled(32, 1)).start()))
                .isEqualTo("self");
    }

    @Test
    void handshake_framesMirroredBackByThePeer_denied() {
        AccessNegotiation dialer = dialing(alice);
        byte[] hello = frame(dialer.start()).orElseThrow();
        assertThat(reason(dialer.received(hello))).isEqualTo("out-of-order");

        // The initiator's own evidence as the responder's, in a frame of the right type.
        Outcome outcome = run(dialing(alice), new Mirror(bob));
        assertThat(reason(outcome.initiator())).isEqualTo("bad-signature");
    }

    @Test
    void handshake_recordedInitiator_badSignature() {
        List<byte[]> recorded = run(dialing(alice), listening(bob)).frames();
        AccessNegotiation freshNonce = new ListeningNegotiation(bob, RESPONDER, INITIATOR, filled(32, 13));
        freshNonce.received(recorded.get(0));
        assertThat(reason(freshNonce.received(recorded.get(2)))).isEqualTo("bad-signature");
        AccessNegotiation otherNode = new ListeningNegotiation(bob, RESPONDER, new NodeId("node-m"), filled(32, 12));
        otherNode.received(recorded.get(0));
        assertThat(reason(otherNode.received(recorded.get(2)))).isEqualTo("bad-signature");
        AccessNegotiation otherSelf = new ListeningNegotiation(bob, new NodeId("node-m"), INITIATOR, filled(32, 12));
        otherSelf.received(recorded.get(0));
        assertThat(reason(otherSelf.received(recorded.get(2)))).isEqualTo("bad-signature");
        assertThat(deniedByBob.contains(ALICE.id())).isFalse();
    }

    @Test
    void handshake_recordedResponder_badSignature() {
        List<byte[]> recorded = run(dialing(alice), listening(bob)).frames();
        AccessNegotiation freshNonce = new DialingNegotiation(alice, INITIATOR, RESPONDER, filled(32, 13));
        freshNonce.start();
        freshNonce.received(recorded.get(1));
        assertThat(reason(freshNonce.received(recorded.get(3)))).isEqualTo("bad-signature");
        AccessNegotiation otherNode = new DialingNegotiation(alice, INITIATOR, new NodeId("node-m"), filled(32, 11));
        otherNode.start();
        otherNode.received(recorded.get(1));
        assertThat(reason(otherNode.received(recorded.get(3)))).isEqualTo("bad-signature");
    }

    @Test
    void handshake_relayedThroughAThirdNode_badSignature() {
        NodeId middle = new NodeId("node-m");
        AccessNegotiation initiator = new DialingNegotiation(alice, INITIATOR, middle, filled(32, 11));
        AccessNegotiation responder = new ListeningNegotiation(bob, RESPONDER, middle, filled(32, 12));
        Outcome outcome = run(initiator, responder);
        assertThat(reason(outcome.responder())).isEqualTo("bad-signature");
        assertThat(outcome.initiatorGrants()).isFalse();
    }

    @Test
    void handshake_rightSignatureButProofOfTheOtherRole_badProof() {
        Outcome outcome = run(dialing(alice), listening(bob), (index, bytes) -> {
            if (index != 2) {
                return bytes;
            }
            return Handshakes.withEvidence(
                    bytes,
                    evidence -> new Evidence(evidence.signature(), KEY.prove(AccessRole.RESPONDER, filled(32, 0))));
        });
        assertThat(reason(outcome.responder())).isEqualTo("bad-proof");
    }

    @Test
    void handshake_policyRefusesBytesByException_badProof() {
        NetworkAccess picky = new NetworkAccess() {
            @Override
            public NetworkId networkId() {
                return NetworkId.named("picky");
            }

            @Override
            public NetworkAccessBytes prove(AccessRole role, byte[] hash) {
                return NetworkAccessBytes.empty();
            }

            @Override
            public boolean accepts(AccessRole role, AgentId prover, byte[] hash, NetworkAccessBytes proof) {
                throw new InvalidBytesException("certificate of 0 bytes, at least 1");
            }
        };
        Outcome outcome = run(dialing(alice), listening(party(BOB, picky)));
        assertThat(reason(outcome.responder())).isEqualTo("bad-proof");
    }

    @Test
    void handshake_versions_highestCommonOrDenied() {
        assertThat(chosen(List.of(2, 3, 5), List.of(2, 3, 4))).isEqualTo("3");
        assertThat(chosen(List.of(5, 2), List.of(2))).isEqualTo("2");
        assertThat(chosen(List.of(3), List.of(2))).isEqualTo("version");
    }

    private static String chosen(List<Integer> offered, List<Integer> spoken) {
        Outcome outcome = run(
                dialing(party(ALICE, KEY, offered, new DeniedAgents())),
                listening(party(BOB, KEY, spoken, new DeniedAgents())));
        assertThat(outcome.initiatorGrants()).isEqualTo(outcome.responderGrants());
        return AccessFrameCodec.decode(outcome.frames().get(1)) instanceof Challenge challenge
                ? String.valueOf(challenge.version())
                : reason(outcome.responder());
    }

    @Test
    void received_challengeWithVersionNotOffered_version() {
        AccessNegotiation dialer = dialing(alice);
        dialer.start();
        Step step = dialer.received(AccessFrameCodec.encode(new Challenge(3, BOB.id(), filled(32, 1), Set.of())));
        assertThat(reason(step)).isEqualTo("version");
    }

    @Test
    void received_frameThatHasNoPlace_outOfOrder() {
        List<byte[]> frames = run(dialing(alice), listening(bob)).frames();
        for (int wrong : new int[] {0, 2, 3}) {
            AccessNegotiation dialer = dialing(alice);
            dialer.start();
            assertThat(reason(dialer.received(frames.get(wrong)))).isEqualTo("out-of-order");
        }
        for (int wrong : new int[] {0, 1, 2}) {
            AccessNegotiation dialer = dialing(alice);
            dialer.start();
            dialer.received(frames.get(1));
            assertThat(reason(dialer.received(frames.get(wrong)))).isEqualTo("out-of-order");
        }
        for (int wrong : new int[] {1, 2, 3}) {
            assertThat(reason(listening(bob).received(frames.get(wrong)))).isEqualTo("out-of-order");
        }
        for (int wrong : new int[] {0, 1, 3}) {
            AccessNegotiation listener = listening(bob);
            listener.received(frames.get(0));
            assertThat(reason(listener.received(frames.get(wrong)))).isEqualTo("out-of-order");
        }
    }

    @Test
    void received_malformed_deniedAndPeerTold() {
        Step step = listening(bob).received(new byte[] {1, 2, 3});
        assertThat(reason(step)).isEqualTo("malformed");
        assertThat(AccessFrameCodec.decode(frame(step).orElseThrow())).isEqualTo(new Deny("malformed"));
        assertThat(reason(listening(bob).received(new byte[AccessNegotiation.MAX_FRAME_BYTES + 1])))
                .isEqualTo("malformed");
    }

    @Test
    void received_denyAtAnyMoment_refusedByPeerWithoutAnswer() {
        byte[] deny = AccessFrameCodec.encode(new Deny("bad-proof"));
        AccessNegotiation fresh = listening(bob);
        assertThat(fresh.received(deny))
                .isEqualTo(new Denied(Optional.empty(), Optional.empty(), "refused-by-peer:bad-proof"));
        AccessNegotiation dialer = dialing(alice);
        dialer.start();
        assertThat(reason(dialer.received(deny))).isEqualTo("refused-by-peer:bad-proof");
        // A responder that has granted hears from an initiator that was not convinced.
        AccessNegotiation granted = listening(bob);
        assertThat(run(dialing(alice), granted).responderGrants()).isTrue();
        assertThat(granted.received(deny))
                .isEqualTo(new Denied(Optional.empty(), Optional.of(ALICE.id()), "refused-by-peer:bad-proof"));
    }

    @Test
    void received_denyWithHostileReason_reasonIsLeftOut() {
        for (String hostile : List.of("", "Bad", "a b", "x\n2026 INFO all well", "\u0007", "é", "x".repeat(64) + "!")) {
            String found = hostile.length() > 64 ? "malformed" : "refused-by-peer";
            assertThat(reason(listening(bob).received(AccessFrameCodec.encode(new Deny(hostile)))))
                    .isEqualTo(found);
        }
        assertThat(reason(listening(bob).received(AccessFrameCodec.encode(new Deny("x".repeat(64))))))
                .isEqualTo("refused-by-peer:" + "x".repeat(64));
    }

    @Test
    void received_anythingAfterTheEnd_deniedWithoutFrame() {
        List<byte[]> frames = run(dialing(alice), listening(bob)).frames();
        AccessNegotiation granted = listening(bob);
        run(dialing(alice), granted);
        for (byte[] late : frames) {
            assertThat(granted.received(late))
                    .isEqualTo(new Denied(Optional.empty(), Optional.of(ALICE.id()), "out-of-order"));
        }
        AccessNegotiation denied = listening(bob);
        denied.received(new byte[0]);
        assertThat(denied.received(frames.get(0)))
                .isEqualTo(new Denied(Optional.empty(), Optional.empty(), "out-of-order"));
        assertThat(reason(denied.received(new byte[0]))).isEqualTo("malformed");
    }

    /** Answers a Proof with a Grant that holds the very same evidence. */
    private static final class Mirror implements AccessNegotiation {
        private final ListeningNegotiation real;

        Mirror(Party party) {
            real = listening(party);
        }

        @Override
        public Step start() {
            return real.start();
        }

        @Override
        public Step received(byte[] bytes) {
            return AccessFrameCodec.decode(bytes) instanceof Proof proof
                    ? new Continue(Optional.of(AccessFrameCodec.encode(new Grant(proof.evidence()))))
                    : real.received(bytes);
        }
    }
}
