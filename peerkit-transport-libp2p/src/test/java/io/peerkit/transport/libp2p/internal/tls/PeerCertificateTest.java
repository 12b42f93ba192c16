// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.RSAPublicKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PeerCertificateTest {
    /** What the four certificates of the specification have in common, up to their extension. */
    private static final String BODY = "a0030201020204499602d2300a06082a8648ce3d040302302031123010060355040a13096c"
            + "69627032702e696f310a300806035504051301313020170d3735303130313133303030305a180f34303936303130313133303030"
            + "305a302031123010060355040a13096c69627032702e696f310a300806035504051301313059301306072a8648ce3d020106082a"
            + "8648ce3d030107034200040c901d423c831ca85e27c73c263ba132721bb9d7a84c4f0380b2a6756fd601331c8870234dec878504"
            + "c174144fa4b14b66a651691606d8173e55bd37e381569ea3";

    private static final String ED25519 = "308201ae30820156" + BODY
            + "7c307a3078060a2b0601040183a25a0101046a3068042408011220a77f1d92fedb59dddaea5a1c4abd1ac2fbde7d7b879ed36450"
            + "1809923d7c11b90440d90d2769db992d5e6195dbb08e706b6651e024fda6cfb8846694a435519941cac215a8207792e42849cccc"
            + "6cd8136c6e4bde92a58c5e08cfd4206eb5fe0bf909300a06082a8648ce3d0403020346003043021f50f6b6c52711a88177871823"
            + "8f650c9fb48943ae6ee6d28427dc6071ae55e702203625f116a7a454db9c56986c82a25682f7248ea1cb764d322ea983ed36a31b"
            + "77";

    private static final String ECDSA = "308201f63082019d" + BODY
            + "81c23081bf3081bc060a2b0601040183a25a01010481ad3081aa045f0803125b3059301306072a8648ce3d020106082a8648ce3d"
            + "03010703420004bf30511f909414ebdd3242178fd290f093a551cf75c973155de0bb5a96fedf6cb5d52da7563e794b512f66e60c"
            + "7f55ba8a3acf3dd72a801980d205e8a1ad29f2044730450220064ea8124774caf8f50e57f436aa62350ce652418c019df5d98a3a"
            + "c666c9386a022100aa59d704a931b5f72fb9222cb6cc51f954d04a4e2e5450f8805fe8918f71eaae300a06082a8648ce3d040302"
            + "03470030440220799395b0b6c1e940a7e4484705f610ab51ed376f19ff9d7c16757cfbf61b8d4302206205c03fbb0f95205c779b"
            + "e86581d3e31c01871ad5d1f3435bcf375cb0e5088a";

    private static final String SECP256K1 = "308201ba3082015f" + BODY
            + "8184308181307f060a2b0601040183a25a01010471306f0425080212210206dc6968726765b820f050263ececf7f71e4955892776"
            + "c0970542efd689d2382044630440220145e15a991961f0d08cd15425bb95ec93f6ffa03c5a385eedc34ecf464c7a8ab022026b310"
            + "9b8a3f40ef833169777eb2aa337cfb6282f188de0666d1bcec2a4690dd300a06082a8648ce3d0403020349003046022100e1a217e"
            + "eef9ec9204b3f774a08b70849646b6a1e6b8b27f93dc00ed58545d9fe022100b00dafa549d0f03547878338c7b15e7502888f6d45"
            + "db387e5ae6b5d46899cef0";

    private static final String MISMATCH = "308201f73082019d" + BODY
            + "81c23081bf3081bc060a2b0601040183a25a01010481ad3081aa045f0803125b3059301306072a8648ce3d020106082a8648ce3d"
            + "03010703420004bf30511f909414ebdd3242178fd290f093a551cf75c973155de0bb5a96fedf6cb5d52da7563e794b512f66e60c"
            + "7f55ba8a3acf3dd72a801980d205e8a1ad29f204473045022100bb6e03577b7cc7a3cd1558df0da2b117dfdcc0399bc2504ebe7d"
            + "e6f65cade72802206de96e2a5be9b6202adba24ee0362e490641ac45c240db71fe955f2c5cf8df6e300a06082a8648ce3d040302"
            + "0348003045022100e847f267f43717358f850355bdcabbefb2cfbf8a3c043b203a14788a092fe8db022027c1d04a2d41fd6b57a7"
            + "e8b3989e470325de4406e52e084e34a3fd56eef0d0df";

    private static PeerId verify(X509Certificate... chain) throws Exception {
        List<byte[]> encoded = new ArrayList<>();
        for (X509Certificate each : chain) {
            encoded.add(each.getEncoded());
        }
        return PeerCertificate.verify(encoded, Optional.empty(), TestTls.NOW);
    }

    private static PeerId verify(String hex) {
        return PeerCertificate.verify(List.of(HexFormat.of().parseHex(hex)), Optional.empty(), TestTls.NOW);
    }

    @ParameterizedTest
    @CsvSource({
        ED25519 + ",12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ksv",
        ECDSA + ",QmfXbAwNjJLXfesgztEHe8HwgVDCMMpZ9Eax1HYq6hn9uE",
        SECP256K1 + ",16Uiu2HAkutTMoTzDw1tCvSRtu6YoixJwS46S1ZFxW8hSx9fWHiPs"
    })
    void verify_certificatesOfTheSpecification_namesTheirPeer(String hex, String peer) {
        assertThat(verify(hex)).hasToString(peer);
    }

    @Test
    void verify_mismatchOfTheSpecification_refused() {
        assertThatThrownBy(() -> verify(MISMATCH))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("without that key's signature");
    }

    @Test
    void of_ownCertificate_verifiesAtAnyTimeAndNamesTheNode() throws Exception {
        X509Certificate own = TlsIdentity.of(TestTls.DIALER_KEY, TestTls.RANDOM).certificate();
        for (String now : List.of("2000-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z")) {
            assertThat(PeerCertificate.verify(
                            List.of(own.getEncoded()), Optional.of(TestTls.DIALER_KEY.peerId()), Instant.parse(now)))
                    .isEqualTo(TestTls.DIALER_KEY.peerId());
        }
        assertThat(own.getVersion()).isEqualTo(3);
    }

    @Test
    void verify_otherPeerThanExpected_refused() throws Exception {
        X509Certificate own = TlsIdentity.of(TestTls.DIALER_KEY, TestTls.RANDOM).certificate();
        assertThatThrownBy(() -> PeerCertificate.verify(
                        List.of(own.getEncoded()), Optional.of(TestTls.LISTENER_KEY.peerId()), TestTls.NOW))
                .hasMessage(
                        "tls peer is " + TestTls.DIALER_KEY.peerId() + ", must be " + TestTls.LISTENER_KEY.peerId());
    }

    @Test
    void verify_noneOrTwo_refused() throws Exception {
        X509Certificate good = new TestCertificate().bound(false).make();
        assertThatThrownBy(PeerCertificateTest::verify).hasMessage("tls peer shows 0 certificates, must be 1");
        assertThatThrownBy(() -> verify(good, good)).hasMessage("tls peer shows 2 certificates, must be 1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void verify_bindingCriticalOrNot_taken(boolean critical) throws Exception {
        X509Certificate shown = new TestCertificate()
                .bound(critical)
                .extension("1.2.3.4", false, new byte[] {5, 0})
                .make();
        assertThat(verify(shown)).isEqualTo(TestTls.DIALER_KEY.peerId());
    }

    @Test
    void verify_unknownCriticalExtension_refused() throws Exception {
        X509Certificate shown = new TestCertificate()
                .bound(true)
                .extension("1.2.3.4", true, new byte[] {5, 0})
                .make();
        assertThatThrownBy(() -> verify(shown))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("tls peer's certificate has the unknown critical extension 1.2.3.4");
    }

    @Test
    void verify_noBinding_refused() throws Exception {
        X509Certificate shown = new TestCertificate().make();
        assertThatThrownBy(() -> verify(shown))
                .hasMessage("tls peer's certificate has no extension 1.3.6.1.4.1.53594.1.1");
    }

    @Test
    void verify_boundsOfValidity_takenAndOneSecondBeyondRefused() throws Exception {
        X509Certificate first = new TestCertificate()
                .bound(false)
                .valid(TestTls.NOW, TestTls.NOW.plusSeconds(9))
                .make();
        X509Certificate last = new TestCertificate()
                .bound(false)
                .valid(TestTls.NOW.minusSeconds(9), TestTls.NOW)
                .make();
        assertThat(verify(first)).isEqualTo(verify(last));
        X509Certificate early = new TestCertificate()
                .bound(false)
                .valid(TestTls.NOW.plusSeconds(1), TestTls.NOW.plusSeconds(9))
                .make();
        X509Certificate late = new TestCertificate()
                .bound(false)
                .valid(TestTls.NOW.minusSeconds(9), TestTls.NOW.minusSeconds(1))
                .make();
        for (X509Certificate each : List.of(early, late)) {
            assertThatThrownBy(() -> verify(each))
                    .isInstanceOf(InvalidBytesException.class)
                    .hasMessageContaining("certificate is valid from");
        }
    }

    @Test
    void verify_signedByAnotherKey_refused() throws Exception {
        X509Certificate shown = new TestCertificate()
                .bound(false)
                .signedBy(TestCertificate.ecPair().getPrivate())
                .make();
        assertThatThrownBy(() -> verify(shown))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("tls peer's certificate is not signed by its own key");
    }

    /** A peer that shows another's binding with a key of its own. */
    @Test
    void verify_bindingOfAnotherCertificate_refused() throws Exception {
        byte[] stolen = SignedKey.of(
                        TestTls.DIALER_KEY, TestCertificate.ecPair().getPublic().getEncoded())
                .encode();
        X509Certificate shown =
                new TestCertificate().extension(SignedKey.OID, false, stolen).make();
        assertThatThrownBy(() -> verify(shown))
                .hasMessage("tls peer claims to be " + TestTls.DIALER_KEY.peerId() + " without that key's signature");
    }

    @Test
    void verify_sha1_refused() throws Exception {
        TestCertificate made = new TestCertificate().bound(false);
        X509Certificate shown =
                made.signedAs("SHA1withECDSA", made.privateKey()).make();
        assertThatThrownBy(() -> verify(shown))
                .hasMessage("tls peer's certificate is signed as 1.2.840.10045.4.1, must be one of TLS 1.3");
    }

    @Test
    void verify_uniqueId_refused() throws Exception {
        X509Certificate shown = new TestCertificate().bound(false).uniqueId().make();
        assertThatThrownBy(() -> verify(shown)).hasMessage("tls peer's certificate has a unique id, must have none");
    }

    @Test
    void verify_rsaKeyOfACertificate_takenUpToItsBound() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2_048);
        KeyPair pair = generator.generateKeyPair();
        X509Certificate small = new TestCertificate()
                .showing(pair.getPublic())
                .bound(false)
                .signedAs("SHA256withRSA", pair.getPrivate())
                .make();
        assertThat(verify(small)).isEqualTo(TestTls.DIALER_KEY.peerId());
        PublicKey long4097 = KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(
                        BigInteger.ONE.shiftLeft(4_096).add(BigInteger.ONE), BigInteger.valueOf(65_537)));
        X509Certificate large = new TestCertificate()
                .showing(long4097)
                .bound(false)
                .signedAs("SHA256withRSA", pair.getPrivate())
                .make();
        assertThatThrownBy(() -> verify(large))
                .hasMessage("tls peer's certificate has an RSA key of 4097 bits, at most 4096");
    }

    @Test
    void verify_largeCertificate_refused() throws Exception {
        X509Certificate shown = new TestCertificate()
                .bound(false)
                .extension("1.2.3.4", false, new byte[PeerCertificate.MAX_BYTES])
                .make();
        assertThatThrownBy(() -> verify(shown)).hasMessageContaining("bytes, at most 8192");
    }

    /** Up to the signatures, which cost much; another peer than any that comes of it is expected. */
    @Test
    void verify_damagedCertificates_refused() throws Exception {
        byte[] own =
                TlsIdentity.of(TestTls.DIALER_KEY, TestTls.RANDOM).certificate().getEncoded();
        Optional<PeerId> nobody = Optional.of(TestTls.key(3).peerId());
        Fuzz.run(35, List.of(own, HexFormat.of().parseHex(ED25519)), bytes -> {
            assertThatThrownBy(() -> PeerCertificate.verify(List.of(bytes), nobody, TestTls.NOW))
                    .isInstanceOf(InvalidBytesException.class);
        });
    }

    @Test
    void verify_oneBitChanged_refused() throws Exception {
        byte[] own =
                TlsIdentity.of(TestTls.DIALER_KEY, TestTls.RANDOM).certificate().getEncoded();
        for (int bit = 0; bit < own.length * Byte.SIZE; bit += 3) {
            byte[] changed = own.clone();
            changed[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
            assertThatThrownBy(() -> PeerCertificate.verify(List.of(changed), Optional.empty(), TestTls.NOW))
                    .as("bit %s", bit)
                    .isInstanceOf(InvalidBytesException.class);
        }
    }
}
