// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** NodeKey and PublicKeys. */
final class NodeKeyTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final NodeKey KEY = NodeKey.fromSeed(new byte[32]);

    static Stream<JsonNode> jsKeys() {
        return Vectors.items(Vectors.js().get("keys"));
    }

    @ParameterizedTest
    @MethodSource("jsKeys")
    void fromSeed_keysOfJs_sameKeyNameAndSignature(JsonNode each) {
        NodeKey key = NodeKey.fromSeed(Vectors.hex(each.get("seed")));
        assertThat(key.publicKeyProtobuf()).isEqualTo(Vectors.hex(each.get("publicProtobuf")));
        assertThat(key.peerId()).hasToString(each.get("peerId").asText());
        assertThat(key.sign(HELLO)).isEqualTo(Vectors.hex(each.get("signatureOfHello")));
        assertThat(PublicKeys.verify(key.publicKeyProtobuf(), HELLO, Vectors.hex(each.get("signatureOfHello"))))
                .isTrue();
    }

    @Test
    void fromSeed_exampleOfTheSpecification_samePublicKey() {
        JsonNode example = Vectors.shared("libp2p-peer-ids.json").get("ed25519");
        byte[] seed = Arrays.copyOfRange(Vectors.hex(example.get("privateKeyProtobufHex")), 4, 36);
        assertThat(NodeKey.fromSeed(seed).publicKeyProtobuf())
                .isEqualTo(Vectors.hex(example.get("publicKeyProtobufHex")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 33})
    void fromSeed_wrongLength_refused(int length) {
        assertThatThrownBy(() -> NodeKey.fromSeed(new byte[length]))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("node key seed of " + length + " bytes, must be 32");
    }

    @Test
    void toString_key_hidesTheSeed() {
        assertThat(NodeKey.fromSeed(Vectors.hex("ab".repeat(32))).toString()).doesNotContain("abab");
    }

    @Test
    void verify_otherMessageSignatureOrKey_false() {
        byte[] signature = KEY.sign(HELLO);
        assertThat(PublicKeys.verify(KEY.publicKeyProtobuf(), new byte[5], signature))
                .isFalse();
        assertThat(PublicKeys.verify(KEY.publicKeyProtobuf(), HELLO, new byte[64]))
                .isFalse();
        assertThat(PublicKeys.verify(KEY.publicKeyProtobuf(), HELLO, Arrays.copyOf(signature, 63)))
                .isFalse();
        assertThat(PublicKeys.verify(KEY.publicKeyProtobuf(), HELLO, Arrays.copyOf(signature, 65)))
                .isFalse();
        byte[] other = NodeKey.fromSeed(Vectors.hex("01".repeat(32))).publicKeyProtobuf();
        assertThat(PublicKeys.verify(other, HELLO, signature)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0800120101, RSA (0)", "0809120101, 9", "08ffffffffffffffffff01120101, missing", "120101, missing"})
    void verify_otherKeyType_notSupported(String hex, String type) {
        assertThatThrownBy(() -> PublicKeys.verify(Vectors.hex(hex), HELLO, new byte[64]))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("key type " + type + " not supported, must be Ed25519 (1), secp256k1 (2) or ECDSA (3)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0801", // no data
                "0801121f" + "00000000000000000000000000000000000000000000000000000000000000", // 31 bytes
                "1220" + "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29" + "0801", // other order
                "08810012203b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29", // longer type
                "080112203b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da291801" // a field more
            })
    void verify_keyNotInItsOneForm_refused(String hex) {
        assertThatThrownBy(() -> PublicKeys.verify(Vectors.hex(hex), HELLO, new byte[64]))
                .isInstanceOf(InvalidBytesException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0100000000000000000000000000000000000000000000000000000000000000", // the neutral element
                "0000000000000000000000000000000000000000000000000000000000000000", // order 4
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 2
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // order 8
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // not canonical
                "0200000000000000000000000000000000000000000000000000000000000000" // not on the curve
            })
    void verify_unusablePoint_refused(String hex) {
        assertThatThrownBy(() -> PublicKeys.verify(Vectors.hex("08011220" + hex), HELLO, new byte[64]))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("no usable point");
    }

    @Test
    void verify_randomKeys_refusedOrFalse() {
        byte[] signature = KEY.sign(HELLO);
        Fuzz.run(
                9,
                List.of(KEY.publicKeyProtobuf()),
                bytes -> assertThat(PublicKeys.verify(bytes, HELLO, signature))
                        .isEqualTo(Arrays.equals(bytes, KEY.publicKeyProtobuf())));
    }
}
