// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.keyfile;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.PassphraseCost;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.SCrypt;

/** The sealed forms of the keys in a key file, as {@link KeyFileFormat} draws them. */
final class SealedKeys {
    static final int SALT_BYTES = 16;
    private static final int MAX_NAME_CHARS = 32;
    private static final String CIPHER = "aes-256-gcm";
    private static final String ARGON2 = "argon2id";
    private static final String HMAC = "hmac-sha256";
    private static final String SCRYPT = "scrypt";

    /** Keeps an application's key apart from what else it may be used for, and from other versions of this format. */
    private static final byte[] DOMAIN = "peerkit-keys-2:".getBytes(StandardCharsets.US_ASCII);

    private SealedKeys() {}

    static CborMap seal(byte[] secret, SealedBy by, PassphraseCost cost, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        byte[] nonce = new byte[AesGcm.NONCE_BYTES];
        random.nextBytes(salt);
        random.nextBytes(nonce);
        CborMapBuilder head =
                CborMap.builder().put("salt", salt).put("cipher", CIPHER).put("nonce", nonce);
        byte[] key;
        if (by instanceof SealedBy.Passphrase passphrase) {
            head.put("kdf", ARGON2)
                    .put("memory-kib", cost.memoryKib())
                    .put("passes", cost.passes())
                    .put("lanes", cost.lanes());
            key = Argon2.derive(cost, passphrase.utf8(), salt);
        } else if (by instanceof SealedBy.ApplicationKey application) {
            head.put("kdf", HMAC);
            key = ofApplicationKey(application.bytes(), salt);
        } else {
            throw new IllegalArgumentException("sealed by nothing");
        }
        CborMap described = head.build();
        byte[] sealed = AesGcm.seal(key, nonce, associated(described), secret);
        Arrays.fill(key, (byte) 0);
        return with(described, "sealed", sealed);
    }

    /**
     * Opens the keys of a file whose check fits, so that what fails here is the passphrase or the key.
     *
     * @throws InvalidBytesException when they are not as this version writes them, or ask for too much
     * @throws InvalidSettingException when what was given does not open them
     */
    static byte[] open(String name, int version, CborMap keys, SealedBy by) {
        requireText(keys, "cipher", CIPHER);
        byte[] salt = keys.requireBytesExact("salt", SALT_BYTES);
        byte[] nonce = keys.requireBytesExact("nonce", AesGcm.NONCE_BYTES);
        byte[] sealed = keys.requireBytesExact("sealed", KeyFileFormat.SECRET_BYTES + AesGcm.TAG_BYTES);
        byte[] key =
                version == KeyFileFormat.VERSION_UNSEALED ? scrypt(name, keys, by, salt) : key(name, keys, by, salt);
        byte[] associated =
                version == KeyFileFormat.VERSION_UNSEALED ? new byte[0] : associated(without(keys, "sealed"));
        try {
            return AesGcm.open(key, nonce, associated, sealed)
                    .orElseThrow(() -> new InvalidSettingException(by.noun() + " does not open " + name));
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static byte[] key(String name, CborMap keys, SealedBy by, byte[] salt) {
        String kdf = keys.requireText("kdf", MAX_NAME_CHARS);
        return switch (kdf) {
            case ARGON2 -> {
                PassphraseCost cost = new PassphraseCost(
                        keys.requireInt("memory-kib", 1, PassphraseCost.MAX_MEMORY_KIB),
                        keys.requireInt("passes", 1, PassphraseCost.MAX_PASSES),
                        keys.requireInt("lanes", 1, PassphraseCost.MAX_LANES));
                yield Argon2.derive(cost, passphrase(name, by), salt);
            }
            case HMAC -> {
                if (by instanceof SealedBy.ApplicationKey application) {
                    yield ofApplicationKey(application.bytes(), salt);
                }
                throw mismatch(name, by, "key");
            }
            default -> throw new InvalidBytesException("kdf is neither " + ARGON2 + " nor " + HMAC);
        };
    }

    /** What the first release wrote; read so that its files still open, and never written again. */
    private static byte[] scrypt(String name, CborMap keys, SealedBy by, byte[] salt) {
        requireText(keys, "kdf", SCRYPT);
        keys.requireInt("r", ScryptCost.R, ScryptCost.R);
        ScryptCost cost = new ScryptCost(
                keys.requireInt("log-n", ScryptCost.MIN_LOG_N, ScryptCost.MAX_LOG_N),
                keys.requireInt("p", 1, ScryptCost.MAX_P));
        return SCrypt.generate(passphrase(name, by), salt, 1 << cost.logN(), ScryptCost.R, cost.p(), 32);
    }

    private static byte[] passphrase(String name, SealedBy by) {
        if (by instanceof SealedBy.Passphrase passphrase) {
            return passphrase.utf8();
        }
        throw mismatch(name, by, "passphrase");
    }

    private static InvalidSettingException mismatch(String name, SealedBy given, String needed) {
        return new InvalidSettingException(
                given instanceof SealedBy.Nothing
                        ? needed + " is missing: " + name + " is sealed by one"
                        : given.noun() + " was given, but " + name + " is sealed by a " + needed);
    }

    private static byte[] ofApplicationKey(byte[] applicationKey, byte[] salt) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(applicationKey, "HmacSHA256"));
            mac.update(DOMAIN);
            return mac.doFinal(salt);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has HMAC-SHA256", e);
        }
    }

    private static byte[] associated(CborMap described) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(DOMAIN);
        bytes.writeBytes(Cbor.encode(described));
        return bytes.toByteArray();
    }

    private static CborMap without(CborMap map, String left) {
        CborMapBuilder rest = CborMap.builder();
        map.keys().stream().filter(key -> !key.equals(left)).forEach(key -> rest.put(key, map.require(key)));
        return rest.build();
    }

    private static CborMap with(CborMap map, String added, byte[] value) {
        CborMapBuilder all = CborMap.builder().put(added, value);
        map.keys().forEach(key -> all.put(key, map.require(key)));
        return all.build();
    }

    private static void requireText(CborMap map, String key, String expected) {
        if (!map.requireText(key, MAX_NAME_CHARS).equals(expected)) {
            throw new InvalidBytesException(key + " is not " + expected);
        }
    }
}
