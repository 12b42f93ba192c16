// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static io.peerkit.gossip.internal.reconcile.Entries.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NegentropyMessageTest {
    private static final String ID = "1111111111111111111111111111111111111111111111111111111111111111";
    private static final int FUZZ_CASES = 100_000;
    private static final int FRAME = 4_096;

    /** Bounds are (time as offset + 1, prefix length, prefix), 00 00 is infinity; then mode and payload. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "empty message                 | ''",
                "version below the range       | 5f",
                "version above the range       | 70",
                "bound cut off                 | 61 01",
                "mode cut off                  | 61 00 00",
                "mode 3                        | 61 00 00 03",
                "mode of 64 bits               | 61 00 00 81 ff ff ff ff ff ff ff ff 7f",
                "varint with a leading zero    | 61 80 01 00 00",
                "varint of 65 bits             | 61 82 80 80 80 80 80 80 80 80 00 00 00",
                "varint of eleven bytes        | 61 81 80 80 80 80 80 80 80 80 80 00 00 00",
                "time 2^64-1 not as infinity   | 61 02 00 00 81 ff ff ff ff ff ff ff ff 7f 00 00",
                "time beyond 2^64              | 61 03 00 00 81 ff ff ff ff ff ff ff ff 7f 00 00",
                "time after infinity           | 61 00 00 00 01 00 00",
                "prefix of 33 bytes            | 61 01 21 " + ID + "11 00",
                "prefix of 2^63 bytes          | 61 01 81 80 80 80 80 80 80 80 80 00 00",
                "prefix cut off                | 61 01 02 11",
                "infinity with a prefix        | 61 00 01 11 00",
                "bound below the last, id      | 61 02 01 11 00 01 01 10 00",
                "bound below the last, shorter | 61 02 01 11 00 01 00 00",
                "fingerprint of 15 bytes       | 61 00 00 01 000102030405060708090a0b0c0d0e",
                "list of one, 31 bytes there   | 61 00 00 02 01 11111111111111111111111111111111111111111111111111111111111111",
                "list of 2^32 + 1              | 61 00 00 02 90 80 80 80 01 " + ID,
                "list of 2^64 - 1              | 61 00 00 02 81 ff ff ff ff ff ff ff ff 7f " + ID,
                "byte behind the last range    | 61 00 00 02 00 01",
            })
    void reconcile_malformed_refusedByBoth(String what, String message) {
        byte[] bytes = hex(message);
        assertThatThrownBy(() -> responder().reconcile(bytes))
                .as(what)
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("negentropy");
        NegentropyInitiator initiator = initiator();
        assertThatThrownBy(() -> initiator.reconcile(bytes)).as(what).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> initiator.reconcile(bytes)).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nothing but the version       | 61",
                "largest time but one, 2^64-2  | 61 02 00 00 81 ff ff ff ff ff ff ff ff 7e 00 00",
                "prefix of 32 bytes            | 61 01 20 " + ID + " 00",
                "equal bounds                  | 61 02 01 11 00 01 01 11 00",
                "equal bounds, zeros left out  | 61 02 02 1100 00 01 01 11 00",
                "infinity twice                | 61 00 00 00 00 00 00",
                "list of one                   | 61 00 00 02 01 " + ID,
            })
    void reconcile_atTheBound_acceptedByBoth(String what, String message) {
        assertThat(responder().reconcile(hex(message))).as(what).startsWith(0x61);
        assertThat(initiator().reconcile(hex(message)).need().size()).isBetween(0, 1);
    }

    @Test
    void responder_otherVersion_answersItsOwn() {
        assertThat(responder().reconcile(hex("62 ff ff"))).isEqualTo(hex("61"));
        assertThat(responder().reconcile(hex("60"))).isEqualTo(hex("61"));
        assertThat(responder().reconcile(hex("6f"))).isEqualTo(hex("61"));
    }

    @Test
    void initiator_otherVersion_refused() {
        NegentropyInitiator initiator = initiator();
        assertThatThrownBy(() -> initiator.reconcile(hex("62")))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("version 98");
    }

    @Test
    void initiator_repeatedAndKnownIdsInAList_knownOnesAreNotNeeded() {
        EntrySet set = new EntrySet();
        set.add(9, hex(ID), 0);
        NegentropyInitiator initiator = new NegentropyInitiator(set.snapshot(), 0);
        initiator.initiate();
        String samePrefix = "11111111" + "22".repeat(28);
        NegentropyStep step = initiator.reconcile(hex("61 00 00 02 04 " + ID + samePrefix + ID + samePrefix));
        assertThat(step.have().entries()).isZero();
        assertThat(step.need().size()).isEqualTo(2);
        assertThat(step.need().get(0)).hasToString(samePrefix);
    }

    @Test
    void reconcile_mutatedAndRandomMessages_onlyInvalidBytesAndBoundedAnswers() {
        long seed = 20_260_101;
        Random random = new Random(seed);
        EntrySnapshot mine = randomSet(random, 600);
        EntrySnapshot other = randomSet(random, 600);
        byte[][] honest = Session.run(mine, other, FRAME, FRAME).messages.toArray(byte[][]::new);
        int answered = 0;
        for (int i = 0; i < FUZZ_CASES; i++) {
            byte[] message = random.nextInt(4) == 0 ? noise(random) : mutated(honest, random);
            try {
                byte[] answer = new NegentropyResponder(mine, FRAME).reconcile(message);
                assertThat(answer.length).isLessThanOrEqualTo(FRAME);
                NegentropyInitiator initiator = new NegentropyInitiator(mine, FRAME);
                initiator.initiate();
                NegentropyStep step = initiator.reconcile(message);
                assertThat(step.next().map(next -> next.length).orElse(0)).isLessThanOrEqualTo(FRAME);
                assertThat(step.need().size()).isLessThanOrEqualTo(message.length / 32);
                assertThat(step.have().entries()).isLessThanOrEqualTo(mine.size());
                answered++;
            } catch (InvalidBytesException expected) {
                assertThat(expected).hasMessageContaining("negentropy");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " case " + i + ": " + hex(message), e);
            }
        }
        assertThat(answered).isBetween(FUZZ_CASES / 20, FUZZ_CASES * 19 / 20);
    }

    private static byte[] noise(Random random) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        if (bytes.length > 0) {
            bytes[0] = 0x61;
        }
        for (int i = 1; i < bytes.length; i++) {
            // Small numbers are what lengths, modes and bounds are made of.
            bytes[i] = random.nextInt(3) > 0 ? (byte) (bytes[i] & 3) : bytes[i];
        }
        return bytes;
    }

    private static byte[] mutated(byte[][] honest, Random random) {
        byte[] bytes = honest[random.nextInt(honest.length)].clone();
        for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                default -> System.arraycopy(bytes, at, bytes, at / 2, bytes.length - at);
            }
        }
        return bytes;
    }

    private static EntrySnapshot randomSet(Random random, int entries) {
        EntrySet set = new EntrySet();
        for (int i = 0; i < entries; i++) {
            set.add(random.nextInt(20), Entries.hashOf(random.nextInt(entries * 2)), 0);
        }
        return set.snapshot();
    }

    private static NegentropyResponder responder() {
        return new NegentropyResponder(randomSet(new Random(6), 100), FRAME);
    }

    private static NegentropyInitiator initiator() {
        NegentropyInitiator initiator = new NegentropyInitiator(randomSet(new Random(6), 100), FRAME);
        initiator.initiate();
        return initiator;
    }
}
