// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

/** What a port belongs to. */
public enum PortKind {
    /** A port of TCP. */
    TCP(6),

    /** A port of UDP. */
    UDP(17);

    private final int ipProtocol;

    PortKind(int ipProtocol) {
        this.ipProtocol = ipProtocol;
    }

    /** The number of the Internet Protocol for it. */
    int ipProtocol() {
        return ipProtocol;
    }
}
