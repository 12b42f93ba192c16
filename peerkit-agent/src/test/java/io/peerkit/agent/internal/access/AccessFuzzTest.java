// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.access;

import static io.peerkit.agent.internal.access.Handshakes.KEY;
import static io.peerkit.agent.internal.access.Handshakes.agent;
import static io.peerkit.agent.internal.access.Handshakes.dialing;
import static io.peerkit.agent.internal.access.Handshakes.listening;
import static io.peerkit.agent.internal.access.Handshakes.party;
import static io.peerkit.agent.internal.access.Handshakes.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.agent.Mutation;
import io.peerkit.agent.internal.access.Handshakes.Outcome;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.transport.AccessNegotiation;
import io.peerkit.api.transport.AccessNegotiation.Granted;
import io.peerkit.api.transport.AccessNegotiation.Step;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever comes in: never an exception, never a grant. */
class AccessFuzzTest {
    private static final int CASES = 100_000;

    /** Whole handshakes cost several signatures each. */
    private static final int HANDSHAKES = 10_000;

    private static final long SEED = Long.getLong("peerkit.seed", 20_260_105L);

    private final Party alice = party(agent(1), KEY);
    private final Party bob = party(agent(2), KEY);

    @Test
    void decode_randomAndMutatedFrames_refusedOrAFrame() {
        List<byte[]> frames = run(dialing(alice), listening(bob)).frames();
        Random random = new Random(SEED);
        int read = 0;
        for (int i = 0; i < CASES; i++) {
            byte[] input = Mutation.of(frames.get(i % frames.size()), random);
            try {
                assertThat(AccessFrameCodec.decode(input)).isNotNull();
                read++;
            } catch (InvalidBytesException expected) {
                assertThat(expected.getMessage()).isNotBlank();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + SEED + " case " + i, e);
            }
        }
        assertThat(read).as("read with seed %d", SEED).isBetween(1_000, CASES - 1_000);
    }

    @Test
    void received_randomBytesInAnyState_denied() {
        List<byte[]> frames = run(dialing(alice), listening(bob)).frames();
        Random random = new Random(SEED);
        for (int i = 0; i < CASES; i++) {
            byte[] input = new byte[random.nextInt(64)];
            random.nextBytes(input);
            AccessNegotiation listener = listening(bob);
            if (i % 2 == 0) {
                listener.received(frames.get(0));
            }
            Step step = listener.received(input);
            assertThat(Handshakes.reason(step)).as("seed %d case %d", SEED, i).isEqualTo("malformed");
        }
    }

    @Test
    void handshake_oneFrameChangedOnTheWay_receiverNeverGrants() {
        Random random = new Random(SEED);
        int[] changedOf = new int[4];
        for (int i = 0; i < HANDSHAKES; i++) {
            int target = i % 4;
            boolean[] changed = new boolean[1];
            // New parties each time: a changed proof below a right signature gets the agent denied for good.
            Outcome outcome;
            try {
                outcome =
                        run(dialing(party(alice.agent(), KEY)), listening(party(bob.agent(), KEY)), (index, frame) -> {
                            if (index != target) {
                                return frame;
                            }
                            byte[] mutated = Mutation.of(frame, random);
                            changed[0] = !Arrays.equals(mutated, frame);
                            return mutated;
                        });
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + SEED + " case " + i, e);
            }
            if (changed[0]) {
                changedOf[target]++;
                assertThat(outcome.initiator())
                        .as("initiator, frame %d, seed %d case %d", target, SEED, i)
                        .isNotInstanceOf(Granted.class);
                // The last frame is the responder's own grant; it cannot know what became of it.
                assertThat(outcome.responderGrants())
                        .as("responder, frame %d, seed %d case %d", target, SEED, i)
                        .isEqualTo(target == 3);
            }
        }
        for (int count : changedOf) {
            assertThat(count).as("seed %d", SEED).isGreaterThan(2_000);
        }
    }
}
