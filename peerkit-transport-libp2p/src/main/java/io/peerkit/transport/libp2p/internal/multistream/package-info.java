// SPDX-License-Identifier: Apache-2.0
/** How two sides agree on a protocol, on a connection and on each stream, without IO: bytes in, bytes out. */
package io.peerkit.transport.libp2p.internal.multistream;
