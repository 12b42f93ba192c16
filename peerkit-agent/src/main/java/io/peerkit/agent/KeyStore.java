// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import io.peerkit.api.InvalidSettingException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/**
 * Keeps the secret of which an agent's keys are made: the agent's own, and the transport's beside it, so that identity,
 * node name and addresses survive a restart.
 *
 * <p>It holds one secret of 32 bytes and derives each named seed of it (HMAC-SHA256 over {@code "peerkit-seed-2:"} and
 * the name), so it is written once and never again, and one seed says nothing about another. The agent's seed can only
 * be had by {@link LocalAgent#open}.
 *
 * <p>Safe for use by any thread. Reading the secret for the first time may block.
 */
public abstract sealed class KeyStore permits FileKeyStore, MemoryKeyStore {
    /** The length of the secret and of each seed in bytes. */
    public static final int SECRET_BYTES = 32;

    private static final String DOMAIN = "peerkit-seed-2:";

    KeyStore() {}

    /**
     * A store with a fresh secret that is gone with the process.
     *
     * @return a new store
     */
    public static KeyStore inMemory() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return new MemoryKeyStore(secret);
    }

    /**
     * A store with a given secret, for applications that keep it themselves, and for simulations.
     *
     * @param secret 32 bytes from a good source of randomness, copied
     * @return a new store
     * @throws InvalidSettingException when there are not 32 of them
     */
    public static KeyStore inMemory(byte[] secret) {
        if (secret.length != SECRET_BYTES) {
            throw new InvalidSettingException("secret of " + secret.length + " bytes, must be " + SECRET_BYTES);
        }
        return new MemoryKeyStore(secret.clone());
    }

    /**
     * The seed of the transport's own key.
     *
     * @return 32 bytes, the same for the same store at each start
     * @throws io.peerkit.api.StorageException when the store cannot be read or made, or is damaged
     * @throws InvalidSettingException when the store's passphrase or key is wrong, missing or superfluous
     */
    public final byte[] transportSeed() {
        return seed("transport");
    }

    final byte[] seed(String name) {
        return Hmac.of(secret(), DOMAIN, name.getBytes(StandardCharsets.US_ASCII));
    }

    /** The secret itself, made on first use; not copied. */
    abstract byte[] secret();
}
