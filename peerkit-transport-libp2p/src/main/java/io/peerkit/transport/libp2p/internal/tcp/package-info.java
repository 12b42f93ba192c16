// SPDX-License-Identifier: Apache-2.0
/** Connections over TCP. */
package io.peerkit.transport.libp2p.internal.tcp;
