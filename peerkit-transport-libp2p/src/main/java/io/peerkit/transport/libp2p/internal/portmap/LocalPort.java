// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

/**
 * A port that this node listens at.
 *
 * @param kind what it belongs to
 * @param port 1 to 65535
 */
public record LocalPort(PortKind kind, int port) {
    @Override
    public String toString() {
        return kind + " " + port;
    }
}
