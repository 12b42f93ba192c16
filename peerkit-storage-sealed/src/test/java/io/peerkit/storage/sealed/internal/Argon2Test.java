// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.PassphraseCost;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Argon2Test {
    /** From the tests of the reference implementation (phc-winner-argon2, src/test.c). */
    @Test
    void derive_vectorOfTheReferenceImplementation_itsHash() {
        PassphraseCost cost = new PassphraseCost(65_536, 2, 1);

        assertThat(Argon2.derive(cost, "password".getBytes(US_ASCII), "somesalt".getBytes(US_ASCII)))
                .isEqualTo(HexFormat.of().parseHex("09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"));
    }
}
