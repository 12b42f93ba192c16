// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.transport.libp2p.internal.Vectors;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class NoiseHandshakeTest {
    private static final byte[] NONE = {};

    private static X25519KeyPair key(int seed) {
        byte[] bytes = new byte[32];
        new Random(seed).nextBytes(bytes);
        return new X25519KeyPair(bytes);
    }

    private final NoiseHandshake initiator = new NoiseHandshake(true, key(1), key(2), NONE);
    private final NoiseHandshake responder = new NoiseHandshake(false, key(3), key(4), NONE);

    private static List<JsonNode> vectors(String protocol) {
        return Vectors.items(Vectors.shared("noise-cacophony-25519-sha256.json").get("vectors"))
                .filter(each -> each.get("protocol_name").asText().equals(protocol))
                .toList();
    }

    @Test
    void handshake_vectorsOfCacophony_everyByteTheSame() {
        List<JsonNode> vectors = vectors(NoiseHandshake.PROTOCOL_NAME);
        assertThat(vectors).isNotEmpty();
        for (JsonNode vector : vectors) {
            NoiseHandshake[] sides = {
                new NoiseHandshake(
                        true,
                        new X25519KeyPair(Vectors.hex(vector.get("init_static"))),
                        new X25519KeyPair(Vectors.hex(vector.get("init_ephemeral"))),
                        Vectors.hex(vector.get("init_prologue"))),
                new NoiseHandshake(
                        false,
                        new X25519KeyPair(Vectors.hex(vector.get("resp_static"))),
                        new X25519KeyPair(Vectors.hex(vector.get("resp_ephemeral"))),
                        Vectors.hex(vector.get("resp_prologue")))
            };
            CipherState[][] ciphers = new CipherState[2][];
            int turn = 0;
            for (JsonNode message : vector.get("messages")) {
                byte[] payload = Vectors.hex(message.get("payload"));
                byte[] ciphertext = Vectors.hex(message.get("ciphertext"));
                int from = turn++ % 2;
                if (turn <= 3) {
                    assertThat(sides[from].write(payload)).isEqualTo(ciphertext);
                    assertThat(sides[1 - from].read(ciphertext)).isEqualTo(payload);
                } else {
                    assertThat(ciphers[from][0].encrypt(NONE, payload)).isEqualTo(ciphertext);
                    assertThat(ciphers[1 - from][1].decrypt(NONE, ciphertext)).isEqualTo(payload);
                }
                if (turn == 3) {
                    ciphers[0] = sides[0].split();
                    ciphers[1] = sides[1].split();
                }
            }
            assertThat(turn).isGreaterThan(4);
            for (NoiseHandshake side : sides) {
                assertThat(side.isComplete()).isTrue();
                assertThat(side.handshakeHash()).isEqualTo(Vectors.hex(vector.get("handshake_hash")));
            }
        }
    }

    @Test
    void handshake_wholeExchange_eachSideKnowsTheOther() {
        assertThat(initiator.isWriting()).isTrue();
        assertThat(responder.isWriting()).isFalse();
        responder.read(initiator.write(NONE));
        assertThat(initiator.read(responder.write(new byte[] {1}))).containsExactly(1);
        assertThat(responder.read(initiator.write(new byte[] {2}))).containsExactly(2);
        assertThat(initiator.remoteStatic()).isEqualTo(key(3).publicKey());
        assertThat(responder.remoteStatic()).isEqualTo(key(1).publicKey());
        assertThat(initiator.handshakeHash()).isEqualTo(responder.handshakeHash());
        assertThat(initiator.isWriting()).isFalse();
    }

    @Test
    void write_notThisSidesTurn_programError() {
        assertThatThrownBy(() -> responder.write(NONE)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> initiator.read(new byte[32])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(initiator::split).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(initiator::remoteStatic).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void write_longestPayload_takenAndOneMoreRefused() {
        responder.read(initiator.write(NONE));
        int longest = NoiseFrame.MAX_MESSAGE_BYTES - 96;
        byte[] message = responder.write(new byte[longest]);
        assertThat(message).hasSize(NoiseFrame.MAX_MESSAGE_BYTES);
        assertThat(initiator.read(message)).hasSize(longest);
        assertThatThrownBy(() -> initiator.write(new byte[longest + 1]))
                .isInstanceOf(LimitExceededException.class)
                .hasMessage("noise payload of 65440 bytes, at most 65439");
    }

    @Test
    void read_messageTooLongOrCutOff_refused() {
        assertThatThrownBy(() -> responder.read(new byte[65_536]))
                .hasMessage("noise handshake message of 65536 bytes, at most 65535");
        NoiseHandshake fresh = new NoiseHandshake(false, key(3), key(4), NONE);
        assertThatThrownBy(() -> fresh.read(new byte[31]))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("noise handshake message of 31 bytes is cut off, at least 32 expected");
    }

    @Test
    void read_messageTwoCutOffAnywhere_refused() {
        responder.read(initiator.write(NONE));
        byte[] message = responder.write(new byte[10]);
        for (int length = 0; length < message.length; length++) {
            byte[] cut = Arrays.copyOf(message, length);
            NoiseHandshake reader = new NoiseHandshake(true, key(1), key(2), NONE);
            assertThat(reader.write(NONE)).hasSize(32);
            assertThatThrownBy(() -> reader.read(cut)).isInstanceOf(InvalidBytesException.class);
        }
    }

    @Test
    void read_smallOrderEphemeral_refused() {
        assertThat(responder.read(new byte[32])).isEmpty();
        assertThatThrownBy(() -> responder.write(NONE))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("small order");
    }

    @Test
    void read_otherPrologue_refused() {
        NoiseHandshake other = new NoiseHandshake(false, key(3), key(4), new byte[] {1});
        other.read(initiator.write(NONE));
        byte[] message = other.write(NONE);
        assertThatThrownBy(() -> initiator.read(message)).isInstanceOf(InvalidBytesException.class);
    }
}
