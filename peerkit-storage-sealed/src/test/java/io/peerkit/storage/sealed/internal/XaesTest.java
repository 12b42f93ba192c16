// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import org.bouncycastle.crypto.digests.SHAKEDigest;
import org.junit.jupiter.api.Test;

/** The vectors of the specification, c2sp.org/XAES-256-GCM. */
class XaesTest {
    @Test
    void seal_topBitOfTheMaskClear_vector1() throws AEADBadTagException {
        check(1, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271");
    }

    @Test
    void seal_topBitOfTheMaskSet_vector2() throws AEADBadTagException {
        check(3, "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d");
    }

    @Test
    void seal_tenThousandOfTheGivenStream_theAccumulatedHash() throws AEADBadTagException {
        SHAKEDigest source = new SHAKEDigest(128);
        SHAKEDigest sink = new SHAKEDigest(128);
        for (int i = 0; i < 10_000; i++) {
            byte[] key = next(source, 32);
            byte[] nonce = next(source, 24);
            byte[] plain = next(source, next(source, 1)[0] & 0xff);
            byte[] associated = next(source, next(source, 1)[0] & 0xff);
            Xaes xaes = new Xaes(key);
            byte[] sealed = seal(xaes, nonce, associated, plain);
            assertThat(xaes.open(nonce, associated, sealed, 0)).isEqualTo(plain);
            sink.update(sealed, 0, sealed.length);
        }
        assertThat(HexFormat.of().formatHex(next(sink, 32)))
                .isEqualTo("e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939");
    }

    private static void check(int keyByte, String associated, String sealed) throws AEADBadTagException {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) keyByte);
        byte[] nonce = ascii("ABCDEFGHIJKLMNOPQRSTUVWX");
        Xaes xaes = new Xaes(key);
        assertThat(HexFormat.of().formatHex(seal(xaes, nonce, ascii(associated), ascii("XAES-256-GCM"))))
                .isEqualTo(sealed);
        assertThat(xaes.open(nonce, ascii(associated), HexFormat.of().parseHex(sealed), 0))
                .isEqualTo(ascii("XAES-256-GCM"));
    }

    private static byte[] seal(Xaes xaes, byte[] nonce, byte[] associated, byte[] plain) {
        byte[] target = new byte[plain.length + Xaes.TAG_BYTES];
        xaes.seal(nonce, associated, plain, target, 0);
        return target;
    }

    private static byte[] next(SHAKEDigest stream, int length) {
        byte[] bytes = new byte[length];
        stream.doOutput(bytes, 0, length);
        return bytes;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
