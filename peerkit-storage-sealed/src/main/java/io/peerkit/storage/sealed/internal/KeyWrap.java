// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PassphraseCost;
import io.peerkit.api.StorageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys of a store, wrapped by what the application gives: the metadata {@code sealed-store}.
 *
 * <pre>{@code
 *   0        8         9      10            14          15         16       32        44              - 32
 *   +--------+---------+------+-------------+-----------+----------+--------+---------+---------------+-------+
 *   | magic  | version | kind | memory, KiB | passes    | lanes    | salt   | nonce   | AES-256-GCM   | check |
 *   +--------+---------+------+-------------+-----------+----------+--------+---------+---------------+-------+
 *   kind  1: key = Argon2id(passphrase in UTF-8, salt) of that cost
 *         2: key = HMAC-SHA256(application's key, "peerkit-sealed-store-1:" || salt), the cost is 0
 *   AES-256-GCM over the key ring, with all before it as associated data
 *   check = SHA-256 of all before it, which tells damage from a wrong key
 * }</pre>
 */
final class KeyWrap {
    /** The longest wrapped ring in bytes. */
    static final int MAX_BYTES = 44 + KeyRing.MAX_BYTES + Xaes.TAG_BYTES + 32;

    private static final byte[] MAGIC = "PKsealed".getBytes(StandardCharsets.US_ASCII);
    private static final byte VERSION = 2;
    private static final byte[] DOMAIN = "peerkit-sealed-store-1:".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int HEAD_BYTES = 44;
    private static final int CHECK_BYTES = 32;

    private KeyWrap() {}

    static byte[] wrap(KeyRing ring, KeySource source, PassphraseCost cost, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(salt);
        random.nextBytes(nonce);
        boolean stretched = source.kind() == KeySource.Kind.PASSPHRASE;
        byte[] head = ByteBuffer.allocate(HEAD_BYTES)
                .put(MAGIC)
                .put(VERSION)
                .put(source.kind().code())
                .putInt(stretched ? cost.memoryKib() : 0)
                .put((byte) (stretched ? cost.passes() : 0))
                .put((byte) (stretched ? cost.lanes() : 0))
                .put(salt)
                .put(nonce)
                .array();
        try {
            byte[] sealed =
                    cipher(Cipher.ENCRYPT_MODE, key(source, cost, salt), head).doFinal(ring.encode());
            byte[] wrapped = Arrays.copyOf(head, head.length + sealed.length + CHECK_BYTES);
            System.arraycopy(sealed, 0, wrapped, head.length, sealed.length);
            byte[] check = check(wrapped);
            System.arraycopy(check, 0, wrapped, wrapped.length - CHECK_BYTES, CHECK_BYTES);
            return wrapped;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has AES-GCM", e);
        }
    }

    /**
     * Unwraps the keys.
     *
     * @throws StorageException when they are damaged, of a newer version, or wrapped by something else
     */
    static KeyRing unwrap(byte[] wrapped, KeySource source) {
        try {
            return unwrapChecked(wrapped, source);
        } catch (InvalidBytesException e) {
            throw new StorageException("the keys of the sealed store are damaged (" + e.getMessage() + ")", e);
        }
    }

    private static KeyRing unwrapChecked(byte[] wrapped, KeySource source) {
        if (wrapped.length < HEAD_BYTES + Xaes.TAG_BYTES + CHECK_BYTES || wrapped.length > MAX_BYTES) {
            throw new InvalidBytesException("length of " + wrapped.length + " bytes, at most " + MAX_BYTES);
        }
        if (!MessageDigest.isEqual(
                check(wrapped), Arrays.copyOfRange(wrapped, wrapped.length - CHECK_BYTES, wrapped.length))) {
            throw new InvalidBytesException("check does not fit");
        }
        ByteBuffer head = ByteBuffer.wrap(wrapped, 0, HEAD_BYTES);
        byte[] magic = new byte[MAGIC.length];
        byte[] salt = new byte[SALT_BYTES];
        head.get(magic);
        int version = head.get();
        if (!Arrays.equals(magic, MAGIC)) {
            throw new InvalidBytesException("magic does not fit");
        }
        if (version != VERSION) {
            throw new StorageException("the store is sealed in version " + version + ", this release reads " + VERSION);
        }
        KeySource.Kind kind = KeySource.Kind.ofCode(head.get());
        int memoryKib = head.getInt();
        int passes = head.get();
        int lanes = head.get();
        head.get(salt);
        if (kind != source.kind()) {
            throw new StorageException("the store is sealed by a " + kind.noun() + ", but a "
                    + source.kind().noun() + " was given");
        }
        PassphraseCost cost = kind == KeySource.Kind.PASSPHRASE
                ? new PassphraseCost(memoryKib, passes, lanes)
                : PassphraseCost.STANDARD;
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, key(source, cost, salt), Arrays.copyOf(wrapped, HEAD_BYTES));
            return KeyRing.decode(cipher.doFinal(wrapped, HEAD_BYTES, wrapped.length - HEAD_BYTES - CHECK_BYTES));
        } catch (AEADBadTagException e) {
            throw new StorageException("the " + kind.noun() + " does not open the sealed store", e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has AES-GCM", e);
        }
    }

    private static byte[] key(KeySource source, PassphraseCost cost, byte[] salt) throws GeneralSecurityException {
        if (source.kind() == KeySource.Kind.PASSPHRASE) {
            return source.use(passphrase -> Argon2.derive(cost, passphrase, salt));
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        source.use(key -> {
            try {
                mac.init(new SecretKeySpec(key, "HmacSHA256"));
                return key;
            } catch (GeneralSecurityException e) {
                throw new AssertionError("any key fits", e);
            }
        });
        mac.update(DOMAIN);
        return mac.doFinal(salt);
    }

    /** The nonce stands at the end of the head, which is authenticated as a whole; the key is overwritten. */
    private static Cipher cipher(int mode, byte[] key, byte[] head) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                mode,
                new SecretKeySpec(key, "AES"),
                new GCMParameterSpec(8 * Xaes.TAG_BYTES, head, HEAD_BYTES - NONCE_BYTES, NONCE_BYTES));
        Arrays.fill(key, (byte) 0);
        cipher.updateAAD(head);
        return cipher;
    }

    private static byte[] check(byte[] wrapped) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(wrapped, 0, wrapped.length - CHECK_BYTES);
            return digest.digest();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
