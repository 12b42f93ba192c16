// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.SocketAddress;
import java.util.Objects;

/** The other end of a relayed connection. */
public final class CircuitAddress extends SocketAddress {
    private static final long serialVersionUID = 1L;

    private final transient PeerId relay;
    private final transient PeerId peer;

    /**
     * Names both.
     *
     * @param relay what the bytes pass
     * @param peer who is behind it
     */
    public CircuitAddress(PeerId relay, PeerId peer) {
        this.relay = relay;
        this.peer = peer;
    }

    /**
     * What the bytes pass.
     *
     * @return the relay
     */
    public PeerId relay() {
        return relay;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CircuitAddress that && relay.equals(that.relay) && peer.equals(that.peer);
    }

    @Override
    public int hashCode() {
        return Objects.hash(relay, peer);
    }

    /** In the form of a multiaddr. */
    @Override
    public String toString() {
        return "/p2p/" + relay + "/p2p-circuit/p2p/" + peer;
    }
}
