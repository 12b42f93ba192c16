// SPDX-License-Identifier: Apache-2.0
/** The granted nodes and their connections, and the one order in which the listener hears of them. */
package io.peerkit.transport.libp2p.internal.peers;
