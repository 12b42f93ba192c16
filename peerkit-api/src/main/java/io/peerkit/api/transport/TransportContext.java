// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.transport;

import io.peerkit.api.NetworkId;
import java.util.Objects;
import java.util.Optional;

/**
 * What a node gives the transport it starts.
 *
 * @param mode what to serve
 * @param seed 32 secret bytes that are the same at each start; the transport derives its own key from them. Not copied
 * @param access decides access handshakes
 * @param listener is told what happens
 * @param network for which network the node is, by which nodes of the same one may look for each other; empty for any
 */
public record TransportContext(
        TransportMode mode,
        byte[] seed,
        AccessNegotiation.Factory access,
        TransportListener listener,
        Optional<NetworkId> network) {
    /** The length of {@link #seed} in bytes. */
    public static final int SEED_BYTES = 32;

    /** Checks the seed. */
    public TransportContext {
        Objects.requireNonNull(mode);
        Objects.requireNonNull(access);
        Objects.requireNonNull(listener);
        Objects.requireNonNull(network);
        if (seed.length != SEED_BYTES) {
            throw new IllegalArgumentException("seed of " + seed.length + " bytes, must be " + SEED_BYTES);
        }
    }

    /**
     * For a node of no network in particular.
     *
     * @param mode what to serve
     * @param seed as above
     * @param access decides access handshakes
     * @param listener is told what happens
     */
    public TransportContext(
            TransportMode mode, byte[] seed, AccessNegotiation.Factory access, TransportListener listener) {
        this(mode, seed, access, listener, Optional.empty());
    }
}
