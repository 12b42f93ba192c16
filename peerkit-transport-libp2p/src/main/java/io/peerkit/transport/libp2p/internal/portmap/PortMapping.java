// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import java.net.InetAddress;
import java.time.Duration;

/**
 * A port that a router has opened.
 *
 * @param local where it leads to
 * @param externalAddress the router's address on its other side
 * @param externalPort its port there, 1 to 65535
 * @param lifetime how long it stays unless renewed
 */
public record PortMapping(LocalPort local, InetAddress externalAddress, int externalPort, Duration lifetime) {}
