// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

/** Keeps the secret in memory alone. */
final class MemoryKeyStore extends KeyStore {
    private final byte[] secret;

    MemoryKeyStore(byte[] secret) {
        this.secret = secret;
    }

    @Override
    byte[] secret() {
        return secret;
    }
}
