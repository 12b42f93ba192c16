// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

import io.peerkit.api.InvalidSettingException;
import io.peerkit.storage.sealed.internal.KeySource;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Opens a sealed store: a passphrase, or a key of the application's.
 *
 * <p>The secret is copied and stays in memory until {@link #wipe}, since a store may be opened more than once. Safe for use by any
 * thread.
 */
public final class StorageKey {
    /** The longest passphrase in characters. */
    public static final int MAX_PASSPHRASE_CHARS = 1_024;

    /** The length of an application's key in bytes. */
    public static final int KEY_BYTES = 32;

    private final KeySource source;

    private StorageKey(KeySource source) {
        this.source = source;
    }

    /**
     * A passphrase, from which Argon2id derives a key (RFC 9106: 64 MiB, 3 passes, 4 lanes) each time a store is opened.
     *
     * @param passphrase 1 to {@value #MAX_PASSPHRASE_CHARS} characters, which count as they are given; copied
     * @return the key
     * @throws InvalidSettingException when the passphrase is empty, too long or no well-formed text
     */
    public static StorageKey passphrase(char[] passphrase) {
        if (passphrase.length == 0 || passphrase.length > MAX_PASSPHRASE_CHARS) {
            throw new InvalidSettingException(
                    "passphrase of " + passphrase.length + " characters, must have 1 to " + MAX_PASSPHRASE_CHARS);
        }
        // A char becomes three bytes at most.
        ByteBuffer utf8 = ByteBuffer.allocate(3 * passphrase.length);
        try {
            if (StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(passphrase), utf8, true)
                    .isError()) {
                throw new InvalidSettingException("passphrase has half of a surrogate pair");
            }
            return new StorageKey(
                    new KeySource(KeySource.Kind.PASSPHRASE, Arrays.copyOf(utf8.array(), utf8.position())));
        } finally {
            Arrays.fill(utf8.array(), (byte) 0);
        }
    }

    /**
     * A key that the application keeps elsewhere: in a phone's key store, in a secret of its deployment.
     *
     * @param key {@value #KEY_BYTES} bytes from a good source of randomness; copied
     * @return the key
     * @throws InvalidSettingException when there are not {@value #KEY_BYTES} of them
     */
    public static StorageKey of(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new InvalidSettingException("key of " + key.length + " bytes, must be " + KEY_BYTES);
        }
        return new StorageKey(new KeySource(KeySource.Kind.KEY, key.clone()));
    }

    /** Overwrites the secret. What is open stays open; opening, changing the key and rotating need a key that is not wiped. */
    public void wipe() {
        source.wipe();
    }

    KeySource source() {
        return source;
    }

    /** Tells nothing of the secret. */
    @Override
    public String toString() {
        return "StorageKey";
    }
}
