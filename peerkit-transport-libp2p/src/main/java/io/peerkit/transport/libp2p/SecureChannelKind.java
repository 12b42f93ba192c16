// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import io.peerkit.transport.libp2p.internal.noise.NoiseFrame;
import io.peerkit.transport.libp2p.internal.tls.LibP2pTls;

/** A way to keep what travels over a connection secret and to prove who is at its ends. */
public enum SecureChannelKind {
    /** TLS 1.3 ({@code /tls/1.0.0}), with AES-GCM wherever the peer has it. */
    TLS(LibP2pTls.PROTOCOL),

    /** Noise XX with ChaCha20-Poly1305 ({@code /noise}), which every libp2p implementation has. */
    NOISE(NoiseFrame.PROTOCOL);

    private final String protocol;

    SecureChannelKind(String protocol) {
        this.protocol = protocol;
    }

    /** Its name in multistream-select. */
    String protocol() {
        return protocol;
    }
}
