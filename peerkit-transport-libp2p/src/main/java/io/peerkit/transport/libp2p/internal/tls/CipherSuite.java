// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

/**
 * What encrypts records, by the numbers of RFC 8446, appendix B.4. AES comes first: with hardware for it, which all desktops,
 * servers and phones of today have, the JDK is faster with it than with ChaCha20.
 */
enum CipherSuite {
    AES_128_GCM(0x1301, 16, "AES", "AES/GCM/NoPadding", "HmacSHA256"),
    AES_256_GCM(0x1302, 32, "AES", "AES/GCM/NoPadding", "HmacSHA384"),
    CHACHA20_POLY1305(0x1303, 32, "ChaCha20", "ChaCha20-Poly1305", "HmacSHA256");

    private final int number;
    private final int keyBytes;
    private final String keyAlgorithm;
    private final String transformation;
    private final String hmac;

    CipherSuite(int number, int keyBytes, String keyAlgorithm, String transformation, String hmac) {
        this.number = number;
        this.keyBytes = keyBytes;
        this.keyAlgorithm = keyAlgorithm;
        this.transformation = transformation;
        this.hmac = hmac;
    }

    static CipherSuite of(int number) {
        for (CipherSuite each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        throw new IllegalArgumentException("cipher suite " + number + " was not offered");
    }

    int number() {
        return number;
    }

    int keyBytes() {
        return keyBytes;
    }

    String keyAlgorithm() {
        return keyAlgorithm;
    }

    String transformation() {
        return transformation;
    }

    /** The HMAC of its hash. */
    String hmac() {
        return hmac;
    }

    boolean isGcm() {
        return this != CHACHA20_POLY1305;
    }
}
