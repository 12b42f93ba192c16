// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.secure;

import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.util.List;
import java.util.Optional;

/** One way to secure connections, with what proves who this node is. Safe for use by many threads. */
public interface Security {
    /**
     * Its name in multistream-select.
     *
     * @return a protocol id of libp2p
     */
    String protocol();

    /**
     * Prepares the dialing side of one connection.
     *
     * @param muxers the multiplexers to offer within the handshake, best first, or none
     * @param expected whom the address named; anyone when empty
     * @return the handshake
     */
    SecureHandshake dialer(List<String> muxers, Optional<PeerId> expected);

    /**
     * Prepares the listening side of one connection.
     *
     * @param muxers as for {@link #dialer}
     * @return the handshake
     */
    SecureHandshake listener(List<String> muxers);
}
