// SPDX-License-Identifier: Apache-2.0
/**
 * From a relayed connection to a direct one: both sides dial at the same time, and their routers let the packets in. What is
 * done when is decided by {@code HolePunch}; {@code Dcutr} carries it out.
 */
package io.peerkit.transport.libp2p.internal.dcutr;
