// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.ed25519;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.agent.VectorFiles;
import io.peerkit.api.AgentId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.Test;

class SignatureRuleTest {
    private static final long SEED = Long.getLong("peerkit.seed", 20_260_102L);
    private final SignatureRule rule = new SignatureRule();

    @Test
    void isValid_all914EdgeCases_neitherSmallOrderKeyNorAnythingNonCanonical() throws IOException {
        List<?> vectors = (List<?>) VectorFiles.read("ed25519-cctv.json");
        assertThat(vectors).hasSize(914);
        int valid = 0;
        for (Object item : vectors) {
            Map<?, ?> vector = (Map<?, ?>) item;
            boolean expected =
                    flags(vector).stream().noneMatch(f -> f.equals("low_order_A") || f.startsWith("non_canonical"));
            assertThat(bothWays(
                            hex(vector, "key"),
                            text(vector, "msg").getBytes(StandardCharsets.UTF_8),
                            hex(vector, "sig")))
                    .as("vector %s", vector.get("number"))
                    .isEqualTo(expected);
            valid += expected ? 1 : 0;
        }
        assertThat(valid).isEqualTo(212);
    }

    /** Why keys are not held to the prime-order subgroup: the network's rule would be another. */
    @Test
    void isValid_keyWithSmallOrderComponent_validThoughFullKeyValidationRefusesIt() throws IOException {
        int validAndRefused = 0;
        for (Object item : (List<?>) VectorFiles.read("ed25519-cctv.json")) {
            Map<?, ?> vector = (Map<?, ?>) item;
            byte[] key = hex(vector, "key");
            boolean valid = rule.isValid(
                    AgentId.of(key), text(vector, "msg").getBytes(StandardCharsets.UTF_8), hex(vector, "sig"));
            boolean component = flags(vector).contains("low_order_component_A");
            if (valid) {
                assertThat(Ed25519.validatePublicKeyFull(key, 0)).isEqualTo(!component);
                validAndRefused += component ? 1 : 0;
            }
        }
        assertThat(validAndRefused).isEqualTo(196);
    }

    @Test
    void isValid_tamingTheManyEdDSAs_theCofactoredRule() throws IOException {
        StringBuilder outcome = new StringBuilder();
        for (Object item : (List<?>) VectorFiles.read("ed25519-speccheck.json")) {
            Map<?, ?> vector = (Map<?, ?>) item;
            boolean valid = bothWays(hex(vector, "pub_key"), hex(vector, "message"), hex(vector, "signature"));
            outcome.append(valid ? 'V' : 'x');
        }
        assertThat(outcome).hasToString("xxVVVVxxxxxx");
    }

    @Test
    void isValid_wycheproof_asExpected() throws IOException {
        Map<?, ?> file = (Map<?, ?>) VectorFiles.read("wycheproof/ed25519_test.json");
        int cases = 0;
        for (Object item : (List<?>) in(file, "testGroups")) {
            Map<?, ?> group = (Map<?, ?>) item;
            byte[] key = hex((Map<?, ?>) in(group, "publicKey"), "pk");
            for (Object test : (List<?>) in(group, "tests")) {
                Map<?, ?> vector = (Map<?, ?>) test;
                assertThat(bothWays(key, hex(vector, "msg"), hex(vector, "sig")))
                        .as("tcId %s: %s", vector.get("tcId"), vector.get("comment"))
                        .isEqualTo(text(vector, "result").equals("valid"));
                cases++;
            }
        }
        assertThat(cases).isEqualTo(151);
    }

    @Test
    void isValid_otherLengths_false() {
        byte[] privateKey = seeded(32, 1);
        byte[] message = {1, 2, 3};
        byte[] signature = sign(privateKey, message);
        assertThat(rule.isValid(publicKey(privateKey), message, signature)).isTrue();
        for (int length : new int[] {0, 32, 63, 65, 128}) {
            assertThat(rule.isValid(publicKey(privateKey), message, Arrays.copyOf(signature, length)))
                    .as("length %d", length)
                    .isFalse();
        }
    }

    @Test
    void isValid_anyBitFlipped_false() {
        byte[] privateKey = seeded(32, 2);
        byte[] message = seeded(40, 3);
        byte[] signature = sign(privateKey, message);
        for (int bit = 0; bit < 8 * 64; bit++) {
            byte[] flipped = signature.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(rule.isValid(publicKey(privateKey), message, flipped))
                    .as("bit %d", bit)
                    .isFalse();
        }
    }

    @Test
    void isValid_randomKeysAndSignatures_falseWithoutException() {
        Random random = new Random(SEED);
        for (int i = 0; i < 100_000; i++) {
            byte[] key = new byte[32];
            byte[] signature = new byte[64];
            random.nextBytes(key);
            random.nextBytes(signature);
            // Scalars below the group order get past the first checks.
            signature[63] &= 0x0f;
            assertThat(rule.isValid(AgentId.of(key), signature, signature))
                    .as("seed %d case %d", SEED, i)
                    .isFalse();
        }
    }

    @Test
    void isValid_moreKeysThanCached_cacheStaysWithinBoundAndAnswersStay() {
        byte[] message = {7};
        for (int i = 0; i <= SignatureRule.MAX_CACHED_KEYS; i++) {
            byte[] privateKey = seeded(32, 1_000 + i);
            assertThat(rule.isValid(publicKey(privateKey), message, sign(privateKey, message)))
                    .isTrue();
            assertThat(rule.cachedKeys()).isEqualTo(Math.min(i + 1, SignatureRule.MAX_CACHED_KEYS));
        }
        byte[] first = seeded(32, 1_000);
        assertThat(rule.isValid(publicKey(first), message, sign(first, message)))
                .isTrue();
        assertThat(rule.isValid(publicKey(first), new byte[] {8}, sign(first, message)))
                .isFalse();
    }

    /** With a decoded key from the cache, and with none; and as Bouncy Castle decides from the bytes alone. */
    private boolean bothWays(byte[] key, byte[] message, byte[] signature) {
        boolean fresh = new SignatureRule().isValid(AgentId.of(key), message, signature);
        boolean first = rule.isValid(AgentId.of(key), message, signature);
        boolean second = rule.isValid(AgentId.of(key), message, signature);
        boolean whole = signature.length == 64 && Ed25519.verify(signature, 0, key, 0, message, 0, message.length);
        assertThat(List.of(first, second, whole)).containsOnly(fresh);
        return fresh;
    }

    private static byte[] seeded(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static AgentId publicKey(byte[] privateKey) {
        byte[] key = new byte[32];
        Ed25519.generatePublicKey(privateKey, 0, key, 0);
        return AgentId.of(key);
    }

    private static byte[] sign(byte[] privateKey, byte[] message) {
        byte[] signature = new byte[64];
        Ed25519.sign(privateKey, 0, message, 0, message.length, signature, 0);
        return signature;
    }

    private static List<String> flags(Map<?, ?> vector) {
        return vector.get("flags") instanceof List<?> list
                ? list.stream().map(Object::toString).toList()
                : List.of();
    }

    private static Object in(Map<?, ?> map, String key) {
        return Objects.requireNonNull(map.get(key), key);
    }

    private static String text(Map<?, ?> vector, String key) {
        return (String) in(vector, key);
    }

    private static byte[] hex(Map<?, ?> vector, String key) {
        return HexFormat.of().parseHex(text(vector, key));
    }
}
