// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import java.time.Duration;

/** A router that opens ports, by one of the protocols. Calls block for some seconds at most; one at a time. */
interface Gateway {
    /**
     * Opens a port or renews it.
     *
     * @param local where it shall lead to
     * @param externalPort the port that is wished outside; the router may choose another
     * @param lifetime how long
     * @return what the router did
     * @throws PortMapException when it did nothing
     */
    PortMapping map(LocalPort local, int externalPort, Duration lifetime) throws PortMapException;

    /**
     * Closes a port.
     *
     * @throws PortMapException when the router does not say that it did
     */
    void unmap(PortMapping mapping) throws PortMapException;
}
