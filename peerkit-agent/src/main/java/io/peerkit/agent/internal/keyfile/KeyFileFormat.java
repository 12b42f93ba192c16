// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.keyfile;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.PassphraseCost;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * The bytes of a key file, in deterministic CBOR.
 *
 * <pre>{@code
 *   file  = {"format": "peerkit-keys", "version": 1 | 2, "keys": keys, "check": bytes(32)}
 *
 *   keys  = {"secret": bytes(32)}                                                        version 1
 *         | {"kdf": "argon2id", "memory-kib": 65536, "passes": 3, "lanes": 4, sealing}   version 2
 *         | {"kdf": "hmac-sha256", sealing}                                              version 2
 *         | {"kdf": "scrypt", "log-n": 15, "r": 8, "p": 3, sealing}                      version 1, only read
 *   sealing = "salt": bytes(16), "cipher": "aes-256-gcm", "nonce": bytes(12), "sealed": bytes(32 + 16)
 *
 *   check = SHA-256(keys)          tells damage from a wrong passphrase
 *
 *   key of argon2id    = Argon2id(passphrase in UTF-8, salt), 32 bytes
 *   key of hmac-sha256 = HMAC-SHA256(application's key, "peerkit-keys-2:" || salt)
 *   associated data    = "peerkit-keys-2:" || keys without "sealed"     (version 1: none)
 * }</pre>
 *
 * <p>An unsealed file stays at version 1, so that earlier releases read it.
 */
final class KeyFileFormat {
    /** The longest key file in bytes; those of these versions have less than 300. */
    static final int MAX_BYTES = 4_096;

    static final int SECRET_BYTES = 32;
    static final int VERSION_UNSEALED = 1;
    static final int VERSION_SEALED = 2;
    private static final String FORMAT = "peerkit-keys";
    private static final int CHECK_BYTES = 32;
    private static final int MAX_NAME_CHARS = 32;
    private static final CborLimits LIMITS = new CborLimits(MAX_BYTES, 4, 64);

    private KeyFileFormat() {}

    /** The file of a secret; {@code cost} counts where a passphrase seals it. */
    static byte[] encode(byte[] secret, SealedBy by, PassphraseCost cost, SecureRandom random) {
        return by instanceof SealedBy.Nothing
                ? file(VERSION_UNSEALED, CborMap.builder().put("secret", secret).build())
                : file(VERSION_SEALED, SealedKeys.seal(secret, by, cost, random));
    }

    private static byte[] file(int version, CborMap keys) {
        return Cbor.encode(CborMap.builder()
                .put("format", FORMAT)
                .put("version", version)
                .put("keys", keys)
                .put("check", sha256(Cbor.encode(keys)))
                .build());
    }

    /**
     * Reads a key file.
     *
     * @param name what to call it in messages about what it is sealed by
     * @throws InvalidBytesException when it is damaged or of a newer version
     * @throws InvalidSettingException when the passphrase or key is wrong, missing or superfluous
     */
    static byte[] decode(String name, byte[] content, SealedBy by) {
        CborMap file = Cbor.decodeMap("key file", content, LIMITS);
        if (!file.requireText("format", MAX_NAME_CHARS).equals(FORMAT)) {
            throw new InvalidBytesException("format is not " + FORMAT);
        }
        int version = file.requireInt("version", 1, Integer.MAX_VALUE);
        if (version > VERSION_SEALED) {
            throw new InvalidBytesException("version of " + version + ", this release reads 1 to " + VERSION_SEALED);
        }
        CborMap keys = file.requireMap("keys");
        if (!MessageDigest.isEqual(file.requireBytesExact("check", CHECK_BYTES), sha256(Cbor.encode(keys)))) {
            throw new InvalidBytesException("check does not fit the keys");
        }
        Optional<byte[]> secret =
                version == VERSION_UNSEALED ? keys.optionalBytesExact("secret", SECRET_BYTES) : Optional.empty();
        if (secret.isEmpty()) {
            return SealedKeys.open(name, version, keys, by);
        }
        if (!(by instanceof SealedBy.Nothing)) {
            throw new InvalidSettingException(by.noun() + " was given, but " + name + " is not sealed by one");
        }
        return secret.get();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
