// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class TrafficSecretTest {
    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    /** RFC 8448, section 3: the server's keys for application data, and its first record. */
    @Test
    void keyAndIv_ofTheRfc_same() {
        TrafficSecret secret = new TrafficSecret(
                CipherSuite.AES_128_GCM, hex("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643"));
        assertThat(secret.key()).isEqualTo(hex("9f02283b6c9c07efc26bb9f2ac92e356"));
        assertThat(secret.iv()).isEqualTo(hex("cf782b88dd83549aadf1e984"));
    }

    @Test
    void next_twice_threeSecretsDiffer() {
        for (CipherSuite suite : CipherSuite.values()) {
            TrafficSecret first = new TrafficSecret(suite, new byte[suite == CipherSuite.AES_256_GCM ? 48 : 32]);
            assertThat(first.key()).hasSize(suite.keyBytes());
            assertThat(first.next().key()).isNotEqualTo(first.key());
            assertThat(first.next().next().key()).isNotEqualTo(first.next().key());
            assertThat(first.next().iv()).hasSize(12).isNotEqualTo(first.iv());
        }
    }
}
