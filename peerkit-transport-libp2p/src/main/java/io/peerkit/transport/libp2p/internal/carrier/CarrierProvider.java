// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.carrier;

import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import java.util.Optional;

/** A carrier of an artifact of its own, found by {@link java.util.ServiceLoader}. */
public interface CarrierProvider {
    /**
     * Makes the carrier for one transport.
     *
     * @param host the transport; not to be used before this returns
     * @param key who the node is
     * @return the carrier, or empty when what it needs is not there on this platform
     */
    Optional<Carrier> open(CarrierHost host, NodeKey key);
}
