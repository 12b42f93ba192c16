// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.peerkit.api.InvalidBytesException;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CborVectorTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final CborLimits LIMITS = CborLimits.of(64 * 1024);
    private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);

    private static final String FLOAT_OR_SIMPLE = "is a float or a simple value";
    private static final String TAG = "is a tag";
    private static final String INDEFINITE = "is of indefinite length";

    /** Why we refuse what RFC 8949 appendix A shows, by the first bytes; everything else there must be accepted. */
    private static final Map<String, String> REFUSED_BY_START = Map.ofEntries(
            Map.entry("c", TAG),
            Map.entry("d", TAG),
            Map.entry("f9", FLOAT_OR_SIMPLE),
            Map.entry("fa", FLOAT_OR_SIMPLE),
            Map.entry("fb", FLOAT_OR_SIMPLE),
            Map.entry("f0", FLOAT_OR_SIMPLE),
            Map.entry("f7", FLOAT_OR_SIMPLE),
            Map.entry("f8", FLOAT_OR_SIMPLE),
            Map.entry("5f", INDEFINITE),
            Map.entry("7f", INDEFINITE),
            Map.entry("9f", INDEFINITE),
            Map.entry("bf", INDEFINITE),
            Map.entry("83018202039f0405ff", INDEFINITE),
            Map.entry("83019f0203ff820405", INDEFINITE),
            Map.entry("826161bf61626163ff", INDEFINITE),
            Map.entry("3bffffffffffffffff", "is an integer below -2^63"),
            Map.entry("a201020304", "is a map key that is no text"));

    @Test
    void decode_rfc8949AppendixA_eachItemAcceptedOrRefusedForItsReason() throws IOException {
        int accepted = 0;
        int refused = 0;
        for (Object item : (List<?>) VectorFiles.read("cbor-rfc8949-appendix-a.json")) {
            String hex = text(item, "hex");
            String reason = REFUSED_BY_START.entrySet().stream()
                    .filter(entry -> hex.startsWith(entry.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse("");
            if (reason.isEmpty()) {
                assertRoundTrip(hex);
                accepted++;
            } else {
                assertRefused(hex, reason);
                refused++;
            }
        }
        assertThat(accepted).isEqualTo(35);
        assertThat(refused).isEqualTo(47);
    }

    @Test
    void decode_dagCborFixtures_refusedOnlyWithFloatLinkOrHugeNegative() throws IOException {
        Object file = VectorFiles.read("dag-cbor-fixtures.json");
        int refused = 0;
        for (Map.Entry<?, ?> fixture : ((Map<?, ?>) member(file, "fixtures")).entrySet()) {
            String hex = text(fixture.getValue(), "dagCborHex");
            // The JSON twin tells, without our decoder, what the fixture holds.
            if (isRefused(VectorFiles.parse(text(fixture.getValue(), "dagJson")))) {
                assertRefused(hex, "CBOR at byte");
                refused++;
            } else {
                assertRoundTrip(hex);
            }
        }
        assertThat(refused).as("fixtures refused").isEqualTo(62);
        for (Object negative : (List<?>) member(file, "negativeDecode")) {
            assertRefused(text(negative, "hex"), "is a map key equal to or ordered before");
        }
    }

    private static boolean isRefused(Object json) {
        if (json instanceof Map<?, ?> map) {
            return map.get("/") instanceof String || map.values().stream().anyMatch(CborVectorTest::isRefused);
        }
        if (json instanceof List<?> list) {
            return list.stream().anyMatch(CborVectorTest::isRefused);
        }
        return json instanceof Double || (json instanceof BigInteger number && number.compareTo(LEAST) < 0);
    }

    /** Accepts the bytes and gives them back, but refuses them cut anywhere or with something behind. */
    private static void assertRoundTrip(String hex) {
        byte[] encoding = HEX.parseHex(hex);
        CborValue value = Cbor.decode(encoding, LIMITS);
        assertThat(HEX.formatHex(Cbor.encode(value))).isEqualTo(hex);
        assertThat(Cbor.decode(Cbor.encode(value), LIMITS)).isEqualTo(value).hasSameHashCodeAs(value);
        assertCutsRefused(encoding);
        assertThatThrownBy(() -> Cbor.decode(Arrays.copyOf(encoding, encoding.length + 1), LIMITS))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("but " + (encoding.length + 1) + " given");
    }

    private static void assertRefused(String hex, String reason) {
        assertCutsRefused(HEX.parseHex(hex));
        assertThatThrownBy(() -> Cbor.decode(HEX.parseHex(hex), LIMITS))
                .as(hex)
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining(reason);
    }

    private static void assertCutsRefused(byte[] encoding) {
        for (int length = 0; length < encoding.length; length++) {
            byte[] cut = Arrays.copyOf(encoding, length);
            try {
                Cbor.decode(cut, LIMITS);
            } catch (InvalidBytesException expected) {
                continue;
            }
            fail("%s was accepted", HEX.formatHex(cut));
        }
    }

    private static String text(Object object, String key) {
        return (String) member(object, key);
    }

    private static Object member(Object object, String key) {
        return requireNonNull(((Map<?, ?>) object).get(key), key);
    }
}
