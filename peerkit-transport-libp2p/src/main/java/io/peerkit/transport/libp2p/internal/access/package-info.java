// SPDX-License-Identifier: Apache-2.0
/** Carries the access handshake and enforces its verdict. What the frames say is decided elsewhere. */
package io.peerkit.transport.libp2p.internal.access;
