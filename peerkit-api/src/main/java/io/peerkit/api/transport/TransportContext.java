// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.transport;

import java.util.Objects;

/**
 * What a node gives the transport it starts.
 *
 * @param mode what to serve
 * @param seed 32 secret bytes that are the same at each start; the transport derives its own key from them. Not copied
 * @param access decides access handshakes
 * @param listener is told what happens
 */
public record TransportContext(
        TransportMode mode, byte[] seed, AccessNegotiation.Factory access, TransportListener listener) {
    /** The length of {@link #seed} in bytes. */
    public static final int SEED_BYTES = 32;

    /** Checks the seed. */
    public TransportContext {
        Objects.requireNonNull(mode);
        Objects.requireNonNull(access);
        Objects.requireNonNull(listener);
        if (seed.length != SEED_BYTES) {
            throw new IllegalArgumentException("seed of " + seed.length + " bytes, must be " + SEED_BYTES);
        }
    }
}
