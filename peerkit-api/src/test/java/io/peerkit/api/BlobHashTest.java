// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlobHashTest {
    /** As the js multiformats library prints it: CIDv1, raw, SHA-256. */
    private static final String HELLO_WORLD = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

    @Test
    void ofBlob_helloWorld_printsTheKnownCid() {
        assertThat(BlobHash.ofBlob("hello world".getBytes(UTF_8))).hasToString(HELLO_WORLD);
        assertThat(BlobHash.parse(HELLO_WORLD)).isEqualTo(BlobHash.ofBlob("hello world".getBytes(UTF_8)));
    }

    @Test
    void parse_whatToStringPrinted_isTheSame() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            BlobHash hash = BlobHash.of(bytes);
            assertThat(BlobHash.parse(hash.toString())).isEqualTo(hash);
        }
    }

    @Test
    void parse_anyChangedCharacter_refusedOrAnotherHash() {
        BlobHash hash = BlobHash.parse(HELLO_WORLD);
        for (int i = 0; i < HELLO_WORLD.length(); i++) {
            String changed = HELLO_WORLD.substring(0, i)
                    + (HELLO_WORLD.charAt(i) == 'a' ? 'b' : 'a')
                    + HELLO_WORLD.substring(i + 1);
            try {
                assertThat(BlobHash.parse(changed)).isNotEqualTo(hash);
            } catch (InvalidBytesException refused) {
                assertThat(refused.code()).isEqualTo("invalid-bytes");
            }
        }
    }

    @Test
    void parse_otherForms_refused() {
        for (String text : new String[] {
            "",
            "b",
            HELLO_WORLD.substring(1),
            HELLO_WORLD + "a",
            HELLO_WORLD.toUpperCase(java.util.Locale.ROOT),
            "z" + HELLO_WORLD.substring(1),
            // The same hash as a DAG-PB node (codec 0x70), not raw.
            "bafybei" + HELLO_WORLD.substring(7),
            // Bits behind the end: the last character carries two that must be zero.
            HELLO_WORLD.substring(0, HELLO_WORLD.length() - 1) + "f"
        }) {
            assertThatThrownBy(() -> BlobHash.parse(text)).isInstanceOf(InvalidBytesException.class);
        }
    }
}
