// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.secure.SecureHandshake;
import io.peerkit.transport.libp2p.internal.secure.Security;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Secures connections with Noise XX.
 *
 * @param identity who this node is
 * @param ephemeralKeys 32 secret random bytes for each connection; from any thread
 */
public record NoiseSecurity(NoiseIdentity identity, Supplier<byte[]> ephemeralKeys) implements Security {
    /** The longest message of the handshake in bytes; what libp2p puts into it is bounded to 8 KiB. */
    public static final int MAX_HANDSHAKE_MESSAGE_BYTES = 16_384;

    @Override
    public String protocol() {
        return NoiseFrame.PROTOCOL;
    }

    @Override
    public SecureHandshake dialer(List<String> muxers, Optional<PeerId> expected) {
        return new NoiseExchange(LibP2pNoise.initiator(identity, ephemeralKeys.get(), muxers, expected), true);
    }

    @Override
    public SecureHandshake listener(List<String> muxers) {
        return new NoiseExchange(LibP2pNoise.responder(identity, ephemeralKeys.get(), muxers), false);
    }
}
