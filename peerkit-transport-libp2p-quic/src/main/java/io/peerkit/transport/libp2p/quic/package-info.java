// SPDX-License-Identifier: Apache-2.0
/** Connections over QUIC, by Netty's codec and its native code. */
package io.peerkit.transport.libp2p.quic;
