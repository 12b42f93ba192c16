// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multiformats;

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
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PeerIdTest {
    private static final String ED25519 = "12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5";
    private static final String HASHED = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N";

    static Stream<JsonNode> jsKeys() {
        return Vectors.items(Vectors.js().get("keys"));
    }

    @ParameterizedTest
    @MethodSource("jsKeys")
    void ofEd25519_keysOfJs_sameInEveryForm(JsonNode key) {
        byte[] protobuf = Vectors.hex(key.get("publicProtobuf"));
        byte[] raw = Arrays.copyOfRange(protobuf, 4, 36);
        PeerId peer = PeerId.ofEd25519(raw);
        assertThat(peer).hasToString(key.get("peerId").asText());
        assertThat(peer.toBytes()).isEqualTo(Vectors.hex(key.get("multihash")));
        assertThat(peer.ed25519PublicKey()).hasValue(raw);
        assertThat(peer).hasSameHashCodeAs(PeerId.ofPublicKey(protobuf));
        assertThat(peer).isEqualTo(PeerId.ofPublicKey(protobuf));
        assertThat(peer).isEqualTo(PeerId.parse(key.get("peerId").asText()));
        assertThat(peer).isEqualTo(PeerId.parse(key.get("cidV1").asText()));
        assertThat(peer).isEqualTo(PeerId.fromBytes(Vectors.hex(key.get("multihash"))));
    }

    @Test
    void parse_examplesOfTheSpecification_sameInEveryForm() {
        JsonNode examples = Vectors.shared("libp2p-peer-ids.json");
        PeerId tls = PeerId.ofPublicKey(Vectors.hex(examples.at("/tlsCertEd25519/publicKeyProtobufHex")));
        assertThat(tls).hasToString(examples.at("/tlsCertEd25519/peerId").asText());
        String text = examples.get("ed25519Base58").asText();
        assertThat(PeerId.parse(text)).hasToString(text);
        assertThat(PeerId.parse(text).ed25519PublicKey()).isPresent();
        for (JsonNode forms : examples.get("samePeerIdForms")) {
            PeerId hashed = PeerId.parse(forms.get("cidBase32").asText());
            assertThat(hashed).hasToString(forms.get("base58btc").asText());
            assertThat(hashed).isEqualTo(PeerId.parse(forms.get("base58btc").asText()));
            assertThat(hashed.ed25519PublicKey()).isEmpty();
        }
    }

    @Test
    void ofPublicKey_longestInlineKey_inlineAndOneMoreHashed() {
        assertThat(PeerId.ofPublicKey(new byte[42]).toBytes()).hasSize(44).startsWith(0, 42);
        assertThat(PeerId.ofPublicKey(new byte[43]).toBytes()).hasSize(34).startsWith(0x12, 32);
        assertThat(PeerId.ofPublicKey(new byte[43]).toString()).startsWith("Qm").hasSize(46);
    }

    @Test
    void ofEd25519_wrongLength_refused() {
        assertThatThrownBy(() -> PeerId.ofEd25519(new byte[31])).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> PeerId.ofEd25519(new byte[33])).hasMessageContaining("33 bytes, must be 32");
    }

    @Test
    void ed25519PublicKey_otherInlineKey_empty() {
        byte[] secp256k1 = Vectors.hex("08021221" + "02".repeat(33));
        assertThat(PeerId.ofPublicKey(secp256k1).toString()).startsWith("16Uiu2");
        assertThat(PeerId.ofPublicKey(secp256k1).ed25519PublicKey()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // nothing
                "00", // no length
                "0000", // no key
                "000101ff", // a byte too many
                "000201", // a byte too few
                "800000", // identity, not in its shortest form
                "1103aabbcc", // SHA-1
                "121fff" // SHA-256 of the wrong length
            })
    void fromBytes_noMultihashOfAKey_refused(String hex) {
        assertThatThrownBy(() -> PeerId.fromBytes(Vectors.hex(hex))).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void fromBytes_longestKey_takenAndOneMoreRefused() {
        byte[] longest = new byte[44];
        longest[1] = 42;
        assertThat(PeerId.fromBytes(longest).toBytes()).isEqualTo(longest);
        byte[] tooLong = new byte[45];
        tooLong[1] = 43;
        assertThatThrownBy(() -> PeerId.fromBytes(tooLong)).hasMessage("PeerId of 45 bytes, at most 44");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "notapeer",
                "1",
                "Qm",
                ED25519 + "1",
                "12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH",
                "12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPHl",
                "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy", // a CID of raw bytes
                "BAFZAAJAIAEJCBCUI4POXICPRSX6VFWZNHS5F24WKM4E36HMUCIN7G5EIAG2A6324"
            })
    void parse_noPeerId_refused(String text) {
        assertThatThrownBy(() -> PeerId.parse(text)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void parse_tooLong_refusedBeforeDecoding() {
        assertThatThrownBy(() -> PeerId.parse("1".repeat(81))).hasMessageContaining("81 characters, must have 1 to 80");
        assertThatThrownBy(() -> PeerId.parse("1".repeat(80))).hasMessageContaining("80 bytes, at most 44");
    }

    @Test
    void fromBytes_randomBytes_refusedOrReadBack() {
        List<byte[]> samples =
                List.of(PeerId.parse(ED25519).toBytes(), PeerId.parse(HASHED).toBytes());
        Fuzz.run(4, samples, bytes -> {
            PeerId peer = PeerId.fromBytes(bytes);
            assertThat(peer.toBytes()).isEqualTo(bytes);
            assertThat(PeerId.parse(peer.toString())).isEqualTo(peer);
        });
    }

    @Test
    void parse_randomText_refusedOrReadBack() {
        List<byte[]> samples = Stream.of(
                        ED25519, HASHED, "bafzaajaiaejcbcui4poxicprsx6vfwznhs5f24wkm4e36hmucin7g5eiag2a6324")
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
        Fuzz.run(5, samples, bytes -> {
            PeerId peer = PeerId.parse(new String(bytes, StandardCharsets.ISO_8859_1));
            assertThat(PeerId.parse(peer.toString())).isEqualTo(peer);
        });
    }
}
