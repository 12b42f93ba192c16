// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multiformats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Base58, Base32 and Multibase. */
final class BasesTest {
    /** Examples of draft-msporny-base58-03, section 5. */
    @ParameterizedTest
    @CsvSource({
        "48656c6c6f20576f726c6421, 2NEpo7TZRRrLZSi2U",
        "54686520717569636b2062726f776e20666f78206a756d7073206f76657220746865206c617a7920646f672e, "
                + "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        "0000287fb4cd, 11233QC4"
    })
    void base58_examples_bothWays(String hex, String text) {
        assertThat(Base58.encode(Vectors.hex(hex))).isEqualTo(text);
        assertThat(Base58.decode(text)).isEqualTo(Vectors.hex(hex));
    }

    @Test
    void base58_emptyAndLargest_bothWays() {
        assertThat(Base58.encode(new byte[0])).isEmpty();
        assertThat(Base58.decode("")).isEmpty();
        byte[] largest = new byte[Base58.MAX_BYTES];
        Arrays.fill(largest, (byte) 0xff);
        assertThat(Base58.encode(largest)).hasSizeLessThanOrEqualTo(Base58.MAX_CHARACTERS);
        assertThat(Base58.decode(Base58.encode(largest))).isEqualTo(largest);
        assertThat(Base58.encode(new byte[Base58.MAX_BYTES])).isEqualTo("1".repeat(Base58.MAX_BYTES));
        assertThatThrownBy(() -> Base58.encode(new byte[Base58.MAX_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void base58_longestText_decodedAndOneMoreRefused() {
        assertThat(Base58.decode("z".repeat(Base58.MAX_CHARACTERS))).hasSize(94);
        assertThat(Base58.decode("1".repeat(Base58.MAX_CHARACTERS))).hasSize(Base58.MAX_CHARACTERS);
        assertThatThrownBy(() -> Base58.decode("1".repeat(Base58.MAX_CHARACTERS + 1)))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("129 characters, at most 128");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "O", "I", "l", "abc ", "é", "\u0100"})
    void base58_characterOutsideAlphabet_refused(String text) {
        assertThatThrownBy(() -> Base58.decode(text)).isInstanceOf(InvalidBytesException.class);
    }

    /** Examples of RFC 4648, section 10, in lower case and without padding. */
    @ParameterizedTest
    @CsvSource({"f, my", "fo, mzxq", "foo, mzxw6", "foob, mzxw6yq", "fooba, mzxw6ytb", "foobar, mzxw6ytboi"})
    void base32_examples_bothWays(String plain, String text) {
        byte[] bytes = plain.getBytes(StandardCharsets.US_ASCII);
        assertThat(Base32.encode(bytes)).isEqualTo(text);
        assertThat(Base32.decode(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MY", "my======", "mz", "m", "mzx", "mzxw6y", "m1", "mé"})
    void base32_upperCasePaddedOrLeftOverBits_refused(String text) {
        assertThatThrownBy(() -> Base32.decode(text)).isInstanceOf(InvalidBytesException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zJxF12TrwUP45BMd", "bjbswy3dpeblw64tmmq", "uSGVsbG8gV29ybGQ"})
    void multibase_helloWorld_decoded(String text) {
        assertThat(Multibase.decode(text)).isEqualTo("Hello World".getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "f68", "uSGVsbG8gV29ybGQ=", "uSGVsbG8gV29ybGR", "u+", "u*", "uA"})
    void multibase_unknownPrefixPaddedOrLeftOverBits_refused(String text) {
        assertThatThrownBy(() -> Multibase.decode(text)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void multibase_randomText_refusedOrReEncodedTheSame() {
        List<byte[]> samples = List.of(
                "zJxF12TrwUP45BMd".getBytes(StandardCharsets.ISO_8859_1),
                "bjbswy3dpeblw64tmmq".getBytes(StandardCharsets.ISO_8859_1),
                "uSGVsbG8gV29ybGQ".getBytes(StandardCharsets.ISO_8859_1));
        Fuzz.run(2, samples, bytes -> {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            byte[] decoded = Multibase.decode(text);
            String again = switch (text.charAt(0)) {
                case 'z' -> "z" + Base58.encode(decoded);
                case 'b' -> "b" + Base32.encode(decoded);
                default -> Multibase.encodeBase64Url(decoded);
            };
            assertThat(again).isEqualTo(text);
        });
    }

    @Test
    void bases_randomBytes_readBack() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(50)];
            random.nextBytes(bytes);
            assertThat(Base58.decode(Base58.encode(bytes))).isEqualTo(bytes);
            assertThat(Base32.decode(Base32.encode(bytes))).isEqualTo(bytes);
            assertThat(Multibase.decode(Multibase.encodeBase64Url(bytes))).isEqualTo(bytes);
        }
    }
}
