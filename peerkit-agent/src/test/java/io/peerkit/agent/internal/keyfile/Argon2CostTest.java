// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.keyfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.junit.jupiter.api.Test;

class Argon2CostTest {
    /** RFC 9106 section 5.3; it also has a secret and associated data, of which key files make no use. */
    @Test
    void derive_vectorOfTheRfc_itsTag() {
        Argon2Parameters parameters = new Argon2Cost(32, 3, 4)
                .parameters()
                .withSalt(hex("02".repeat(16)))
                .withSecret(hex("03".repeat(8)))
                .withAdditional(hex("04".repeat(12)))
                .build();
        assertThat(Argon2Cost.derive(hex("01".repeat(32)), parameters))
                .isEqualTo(hex("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"));
    }

    /** From the tests of the reference implementation (phc-winner-argon2, src/test.c). */
    @Test
    void derive_vectorOfTheReferenceImplementation_itsHash() {
        assertThat(new Argon2Cost(65_536, 2, 1).derive(ascii("password"), ascii("somesalt")))
                .isEqualTo(hex("09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}
