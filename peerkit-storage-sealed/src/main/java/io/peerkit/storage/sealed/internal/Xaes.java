// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * XAES-256-GCM: AES-256-GCM under a key for each value, which the key and the first half of a nonce of 192 bits give by
 * NIST SP 800-108 (CMAC). Such nonces may be drawn at random for 2^80 values (chance of a collision 2^-32), while
 * those of GCM alone, 96 bits, may be for 2^32 of them: fewer than a large store writes in its life.
 *
 * <p>Safe for use by any thread.
 *
 * @see <a href="https://c2sp.org/XAES-256-GCM">XAES-256-GCM, C2SP v1.0.0</a>
 */
final class Xaes {
    static final int KEY_BYTES = 32;
    static final int NONCE_BYTES = 24;
    static final int TAG_BYTES = 16;
    private static final int HALF_NONCE_BYTES = 12;
    private static final int BLOCK_BYTES = 16;

    /** Ciphers are costly to look up and for one thread at a time. */
    private static final ThreadLocal<Cipher> GCM = ThreadLocal.withInitial(() -> lookUp("AES/GCM/NoPadding"));

    private final ThreadLocal<Cipher> block;

    /** CMAC's K1. */
    private final byte[] mask;

    Xaes(byte[] key) {
        SecretKeySpec spec = new SecretKeySpec(key, "AES");
        block = ThreadLocal.withInitial(() -> {
            try {
                Cipher cipher = lookUp("AES/ECB/NoPadding");
                cipher.init(Cipher.ENCRYPT_MODE, spec);
                return cipher;
            } catch (GeneralSecurityException e) {
                throw new AssertionError("every Java platform has AES", e);
            }
        });
        mask = doubled(encrypt(new byte[BLOCK_BYTES]));
    }

    /** Writes ciphertext and tag of {@code plain} into {@code target} at {@code at}, where they must fit. */
    void seal(byte[] nonce, byte[] associated, byte[] plain, byte[] target, int at) {
        try {
            Cipher gcm = cipher(Cipher.ENCRYPT_MODE, nonce, associated);
            gcm.doFinal(plain, 0, plain.length, target, at);
        } catch (ShortBufferException e) {
            throw new IllegalArgumentException("target of " + target.length + " bytes is too short", e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has AES-GCM", e);
        }
    }

    /**
     * Opens what stands in {@code sealed} from {@code at} on.
     *
     * @throws AEADBadTagException when it was sealed under another key, or it or the associated data was changed
     */
    byte[] open(byte[] nonce, byte[] associated, byte[] sealed, int at) throws AEADBadTagException {
        try {
            return cipher(Cipher.DECRYPT_MODE, nonce, associated).doFinal(sealed, at, sealed.length - at);
        } catch (AEADBadTagException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has AES-GCM", e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, byte[] associated) throws GeneralSecurityException {
        byte[] key = derive(nonce);
        Cipher gcm = GCM.get();
        gcm.init(
                mode,
                new SecretKeySpec(key, "AES"),
                new GCMParameterSpec(8 * TAG_BYTES, nonce, HALF_NONCE_BYTES, NONCE_BYTES - HALF_NONCE_BYTES));
        Arrays.fill(key, (byte) 0);
        gcm.updateAAD(associated);
        return gcm;
    }

    /** Two counters of 16 bits, the letter X, an empty label, and the first half of the nonce as the context. */
    private byte[] derive(byte[] nonce) {
        byte[] blocks = new byte[2 * BLOCK_BYTES];
        for (int i = 0; i < 2; i++) {
            int start = BLOCK_BYTES * i;
            blocks[start + 1] = (byte) (i + 1);
            blocks[start + 2] = 'X';
            System.arraycopy(nonce, 0, blocks, start + 4, HALF_NONCE_BYTES);
            for (int j = 0; j < BLOCK_BYTES; j++) {
                blocks[start + j] ^= mask[j];
            }
        }
        return encrypt(blocks);
    }

    private byte[] encrypt(byte[] blocks) {
        try {
            return block.get().doFinal(blocks);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("whole blocks need no padding", e);
        }
    }

    /** Doubles in GF(2^128) with the polynomial of CMAC. */
    private static byte[] doubled(byte[] block) {
        byte[] result = new byte[BLOCK_BYTES];
        for (int i = 0; i < BLOCK_BYTES; i++) {
            int next = i + 1 < BLOCK_BYTES ? (block[i + 1] & 0xff) >>> 7 : 0;
            result[i] = (byte) (block[i] << 1 | next);
        }
        result[BLOCK_BYTES - 1] ^= (byte) (block[0] < 0 ? 0x87 : 0);
        return result;
    }

    private static Cipher lookUp(String transformation) {
        try {
            return Cipher.getInstance(transformation);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has " + transformation, e);
        }
    }
}
