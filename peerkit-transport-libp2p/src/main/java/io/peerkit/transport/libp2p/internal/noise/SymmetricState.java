// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import io.peerkit.api.InvalidBytesException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What both sides of a Noise handshake have heard so far, and the keys that follow from it.
 *
 * @see <a href="https://noiseprotocol.org/noise.html#the-symmetricstate-object">Noise, section 5.2</a>
 */
final class SymmetricState {
    private static final int HASH_BYTES = 32;

    private final MessageDigest sha256;
    private final Mac hmac;
    private byte[] chainingKey;
    private byte[] hash;
    private @Nullable CipherState cipher;

    SymmetricState(String protocolName, byte[] prologue) {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
            hmac = Mac.getInstance("HmacSHA256");
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has SHA-256 and HmacSHA256", e);
        }
        byte[] name = protocolName.getBytes(StandardCharsets.US_ASCII);
        hash = name.length <= HASH_BYTES ? Arrays.copyOf(name, HASH_BYTES) : sha256.digest(name);
        chainingKey = hash;
        mixHash(prologue);
    }

    void mixHash(byte[] data) {
        sha256.update(hash);
        hash = sha256.digest(data);
    }

    void mixKey(byte[] secret) {
        byte[][] keys = deriveTwo(secret);
        chainingKey = keys[0];
        cipher = new CipherState(keys[1]);
    }

    /** Before the first {@link #mixKey} the text goes out as it is. */
    byte[] encryptAndHash(byte[] plaintext) {
        byte[] ciphertext = cipher == null ? plaintext : cipher.encrypt(hash, plaintext);
        mixHash(ciphertext);
        return ciphertext;
    }

    /**
     * The reverse.
     *
     * @throws InvalidBytesException when the message is not authentic
     */
    byte[] decryptAndHash(byte[] ciphertext) {
        byte[] plaintext = cipher == null ? ciphertext : cipher.decrypt(hash, ciphertext);
        mixHash(ciphertext);
        return plaintext;
    }

    /** The length of a text of {@code length} bytes as {@link #encryptAndHash} would write it now. */
    int encryptedLength(int length) {
        return cipher == null ? length : length + NoiseFrame.TAG_BYTES;
    }

    byte[] handshakeHash() {
        return hash.clone();
    }

    /** Ends the handshake: what the initiator sends with, then what the responder sends with. */
    CipherState[] split() {
        byte[][] keys = deriveTwo(new byte[0]);
        return new CipherState[] {new CipherState(keys[0]), new CipherState(keys[1])};
    }

    /** HKDF with two outputs (Noise, section 4.3). */
    private byte[][] deriveTwo(byte[] input) {
        byte[] temporary = hmac(chainingKey, input);
        byte[] first = hmac(temporary, new byte[] {1});
        byte[] second = Arrays.copyOf(first, HASH_BYTES + 1);
        second[HASH_BYTES] = 2;
        return new byte[][] {first, hmac(temporary, second)};
    }

    private byte[] hmac(byte[] key, byte[] data) {
        try {
            hmac.init(new SecretKeySpec(key, "HmacSHA256"));
            return hmac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("HMAC takes any key of 32 bytes", e);
        }
    }
}
