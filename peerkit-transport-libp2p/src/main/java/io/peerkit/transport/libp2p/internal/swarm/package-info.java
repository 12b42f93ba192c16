// SPDX-License-Identifier: Apache-2.0
/** Sockets and threads: listens, dials and keeps the count of connections, below the access gate. */
package io.peerkit.transport.libp2p.internal.swarm;
