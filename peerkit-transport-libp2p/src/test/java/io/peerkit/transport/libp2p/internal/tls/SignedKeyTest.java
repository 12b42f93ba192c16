// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.keys.PublicKeys;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SignedKeyTest {
    private static byte[] der(int keyBytes, int signatureBytes) throws Exception {
        return new DERSequence(new ASN1Encodable[] {
                    new DEROctetString(new byte[keyBytes]), new DEROctetString(new byte[signatureBytes])
                })
                .getEncoded("DER");
    }

    @ParameterizedTest
    @CsvSource({"0,0", "36,64", "127,128", "255,256", "2048,2048"})
    void decode_whatBouncyCastleWrote_readAndWrittenTheSame(int keyBytes, int signatureBytes) throws Exception {
        byte[] encoded = der(keyBytes, signatureBytes);
        SignedKey read = SignedKey.decode(encoded);
        assertThat(read.publicKey()).hasSize(keyBytes);
        assertThat(read.encode()).isEqualTo(encoded);
    }

    @Test
    void decode_oneByteOverABound_refused() throws Exception {
        byte[] longKey = der(PublicKeys.MAX_BYTES + 1, 64);
        byte[] longSignature = der(36, SignedKey.MAX_SIGNATURE_BYTES + 1);
        assertThatThrownBy(() -> SignedKey.decode(longKey))
                .hasMessage("certificate extension states 2049 bytes, at most 2048");
        assertThatThrownBy(() -> SignedKey.decode(longSignature)).isInstanceOf(InvalidBytesException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // nothing
                "30", // no length
                "3004", // no content
                "300404000400ff", // a byte behind
                "300404000300", // another tag
                "310404000400", // another tag
                "30050400040000", // a byte behind, inside
                "30020400", // no signature
                "308004000400", // indefinite length
                "30810404000400", // length not in its shortest form
                "3082000404000400", // length not in its shortest form
                "308300000404000400", // length of three bytes
                "30050401040005" // a field that ends within the next
            })
    void decode_notThisForm_refused(String hex) {
        assertThatThrownBy(() -> SignedKey.decode(HexFormat.of().parseHex(hex)))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_damaged_refusedOrReadAsItStands() throws Exception {
        Fuzz.run(
                31,
                List.of(der(36, 64), der(91, 200), der(0, 300)),
                bytes -> assertThat(SignedKey.decode(bytes).encode()).isEqualTo(bytes));
    }
}
