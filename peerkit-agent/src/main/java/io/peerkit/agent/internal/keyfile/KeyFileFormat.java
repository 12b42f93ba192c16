// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.keyfile;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.SCrypt;

/**
 * The bytes of a key file, in deterministic CBOR.
 *
 * <pre>{@code
 *   file = {"format": "peerkit-keys", "version": 1, "keys": keys, "check": bytes(32)}
 *   keys = {"secret": bytes(32)}
 *        | {"kdf": "scrypt", "log-n": 15, "r": 8, "p": 3, "salt": bytes(16),
 *           "cipher": "aes-256-gcm", "nonce": bytes(12), "sealed": bytes(32 + 16)}
 *   check = SHA-256(keys)          tells damage from a wrong passphrase
 * }</pre>
 */
final class KeyFileFormat {
    /** The longest key file in bytes; those of this version have less than 300. */
    static final int MAX_BYTES = 4_096;

    static final int SECRET_BYTES = 32;
    private static final String FORMAT = "peerkit-keys";
    private static final int VERSION = 1;
    private static final int CHECK_BYTES = 32;
    private static final int SALT_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final int MAX_NAME_CHARS = 32;
    private static final CborLimits LIMITS = new CborLimits(MAX_BYTES, 4, 64);

    private KeyFileFormat() {}

    static byte[] encode(byte[] secret) {
        return file(CborMap.builder().put("secret", secret).build());
    }

    static byte[] encodeSealed(byte[] secret, byte[] passphrase, ScryptCost cost, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(salt);
        random.nextBytes(nonce);
        byte[] sealed;
        try {
            sealed = cipher(Cipher.ENCRYPT_MODE, passphrase, cost, salt, nonce).doFinal(secret);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("sealing does not fail", e);
        }
        return file(CborMap.builder()
                .put("kdf", "scrypt")
                .put("log-n", cost.logN())
                .put("r", ScryptCost.R)
                .put("p", cost.p())
                .put("salt", salt)
                .put("cipher", "aes-256-gcm")
                .put("nonce", nonce)
                .put("sealed", sealed)
                .build());
    }

    private static byte[] file(CborMap keys) {
        return Cbor.encode(CborMap.builder()
                .put("format", FORMAT)
                .put("version", VERSION)
                .put("keys", keys)
                .put("check", sha256(Cbor.encode(keys)))
                .build());
    }

    /**
     * Reads a key file.
     *
     * @param name what to call it in messages about the passphrase
     * @throws InvalidBytesException when it is damaged or of a newer version
     * @throws InvalidSettingException when the passphrase is wrong, missing or superfluous
     */
    static byte[] decode(String name, byte[] content, Optional<byte[]> passphrase) {
        CborMap file = Cbor.decodeMap("key file", content, LIMITS);
        requireText(file, "format", FORMAT);
        long version = file.requireLong("version", 1, Integer.MAX_VALUE);
        if (version != VERSION) {
            throw new InvalidBytesException("version of " + version + ", this release reads " + VERSION);
        }
        CborMap keys = file.requireMap("keys");
        if (!MessageDigest.isEqual(file.requireBytesExact("check", CHECK_BYTES), sha256(Cbor.encode(keys)))) {
            throw new InvalidBytesException("check does not fit the keys");
        }
        Optional<byte[]> secret = keys.optionalBytesExact("secret", SECRET_BYTES);
        if (secret.isEmpty()) {
            return unseal(
                    name,
                    keys,
                    passphrase.orElseThrow(
                            () -> new InvalidSettingException("passphrase is missing: " + name + " is sealed by one")));
        }
        if (passphrase.isPresent()) {
            throw new InvalidSettingException("passphrase was given, but " + name + " is not sealed by one");
        }
        return secret.get();
    }

    private static byte[] unseal(String name, CborMap keys, byte[] passphrase) {
        requireText(keys, "kdf", "scrypt");
        requireText(keys, "cipher", "aes-256-gcm");
        keys.requireInt("r", ScryptCost.R, ScryptCost.R);
        ScryptCost cost = new ScryptCost(
                keys.requireInt("log-n", ScryptCost.MIN_LOG_N, ScryptCost.MAX_LOG_N),
                keys.requireInt("p", 1, ScryptCost.MAX_P));
        byte[] salt = keys.requireBytesExact("salt", SALT_BYTES);
        byte[] nonce = keys.requireBytesExact("nonce", NONCE_BYTES);
        byte[] sealed = keys.requireBytesExact("sealed", SECRET_BYTES + TAG_BYTES);
        try {
            return cipher(Cipher.DECRYPT_MODE, passphrase, cost, salt, nonce).doFinal(sealed);
        } catch (AEADBadTagException e) {
            throw new InvalidSettingException("passphrase does not open " + name, e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has AES-GCM", e);
        }
    }

    private static Cipher cipher(int mode, byte[] passphrase, ScryptCost cost, byte[] salt, byte[] nonce)
            throws GeneralSecurityException {
        byte[] key = SCrypt.generate(passphrase, salt, 1 << cost.logN(), ScryptCost.R, cost.p(), 32);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(8 * TAG_BYTES, nonce));
        return cipher;
    }

    private static void requireText(CborMap map, String key, String expected) {
        String found = map.requireText(key, MAX_NAME_CHARS);
        if (!found.equals(expected)) {
            throw new InvalidBytesException(key + " is not " + expected);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
