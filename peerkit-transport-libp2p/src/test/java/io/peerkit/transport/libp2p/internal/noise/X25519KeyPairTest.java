// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Vectors;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class X25519KeyPairTest {
    @Test
    void agree_wycheproof_sharedSecretOrZeroRefused() {
        int agreed = 0;
        int refused = 0;
        for (JsonNode group : Vectors.shared("wycheproof/x25519_test.json").get("testGroups")) {
            for (JsonNode test : group.get("tests")) {
                X25519KeyPair key = new X25519KeyPair(Vectors.hex(test.get("private")));
                byte[] peer = Vectors.hex(test.get("public"));
                byte[] shared = Vectors.hex(test.get("shared"));
                if (Arrays.equals(shared, new byte[32])) {
                    assertThatThrownBy(() -> key.agree(peer))
                            .as("test %s", test.get("tcId"))
                            .isInstanceOf(InvalidBytesException.class)
                            .hasMessageContaining("small order");
                    refused++;
                } else {
                    assertThat(key.agree(peer)).as("test %s", test.get("tcId")).isEqualTo(shared);
                    agreed++;
                }
            }
        }
        assertThat(agreed + refused).isEqualTo(518);
        assertThat(refused).isPositive();
    }

    /** RFC 7748, section 6.1. */
    @Test
    void publicKey_exampleOfTheRfc_same() {
        X25519KeyPair alice =
                new X25519KeyPair(Vectors.hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
        assertThat(alice.publicKey())
                .isEqualTo(Vectors.hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"));
    }

    @Test
    void keys_wrongLength_refused() {
        assertThatThrownBy(() -> new X25519KeyPair(new byte[31]))
                .hasMessage("X25519 private key of 31 bytes, must be 32");
        assertThatThrownBy(() -> new X25519KeyPair(new byte[32]).agree(new byte[33]))
                .hasMessage("X25519 public key of 33 bytes, must be 32");
    }
}
