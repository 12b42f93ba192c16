// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.transport.libp2p.internal.Vectors;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The symmetric part drives other patterns than XX too; their vectors check it from further sides. */
final class SymmetricStateTest {
    private static final String SUFFIX = "_25519_ChaChaPoly_SHA256";

    /** The tokens of each message; in all of these but XX the initiator knows the responder's static key beforehand. */
    private static final Map<String, List<String>> PATTERNS = Map.of(
            "Noise_N" + SUFFIX, List.of("e es"),
            "Noise_X" + SUFFIX, List.of("e es s ss"),
            "Noise_XK" + SUFFIX, List.of("e es", "e ee", "s se"),
            "Noise_IK" + SUFFIX, List.of("e es s ss", "e ee se"),
            "Noise_XX" + SUFFIX, List.of("e", "e ee s es", "s se"));

    @Test
    void write_vectorsOfOtherPatterns_everyByteTheSame() {
        int checked = 0;
        for (JsonNode vector :
                Vectors.shared("noise-cacophony-25519-sha256.json").get("vectors")) {
            String name = vector.get("protocol_name").asText();
            List<String> pattern = PATTERNS.get(name);
            if (pattern != null) {
                check(name, pattern, vector);
                checked++;
            }
        }
        assertThat(checked).isEqualTo(PATTERNS.size());
    }

    /** Writes every message with the keys of both sides at hand. */
    private static void check(String name, List<String> pattern, JsonNode vector) {
        Map<Character, X25519KeyPair> initiator = keys(vector, "init_");
        Map<Character, X25519KeyPair> responder = keys(vector, "resp_");
        SymmetricState state = new SymmetricState(name, Vectors.hex(vector.get("init_prologue")));
        if (!name.contains("XX")) {
            state.mixHash(key(responder, 's').publicKey());
        }
        for (int i = 0; i < pattern.size(); i++) {
            JsonNode message = vector.get("messages").get(i);
            Map<Character, X25519KeyPair> writer = i % 2 == 0 ? initiator : responder;
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (String token : pattern.get(i).split(" ", -1)) {
                if (token.equals("e")) {
                    byte[] ephemeral = key(writer, 'e').publicKey();
                    state.mixHash(ephemeral);
                    out.writeBytes(ephemeral);
                } else if (token.equals("s")) {
                    out.writeBytes(state.encryptAndHash(key(writer, 's').publicKey()));
                } else {
                    X25519KeyPair theirs = key(responder, token.charAt(1));
                    state.mixKey(key(initiator, token.charAt(0)).agree(theirs.publicKey()));
                }
            }
            out.writeBytes(state.encryptAndHash(Vectors.hex(message.get("payload"))));
            assertThat(out.toByteArray())
                    .as("%s message %s", name, i)
                    .isEqualTo(Vectors.hex(message.get("ciphertext")));
        }
        assertThat(state.handshakeHash()).isEqualTo(Vectors.hex(vector.get("handshake_hash")));
        JsonNode next = vector.get("messages").get(pattern.size());
        int sender = pattern.size() == 1 ? 0 : pattern.size() % 2;
        assertThat(state.split()[sender].encrypt(new byte[0], Vectors.hex(next.get("payload"))))
                .as("%s first message after the handshake", name)
                .isEqualTo(Vectors.hex(next.get("ciphertext")));
    }

    private static Map<Character, X25519KeyPair> keys(JsonNode vector, String side) {
        Map<Character, X25519KeyPair> keys = new HashMap<>();
        for (String kind : List.of("static", "ephemeral")) {
            if (vector.has(side + kind)) {
                keys.put(kind.charAt(0), new X25519KeyPair(Vectors.hex(vector.get(side + kind))));
            }
        }
        return keys;
    }

    private static X25519KeyPair key(Map<Character, X25519KeyPair> keys, char kind) {
        return Objects.requireNonNull(keys.get(kind));
    }
}
