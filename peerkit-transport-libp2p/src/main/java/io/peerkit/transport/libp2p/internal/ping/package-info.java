// SPDX-License-Identifier: Apache-2.0
/** The libp2p ping protocol. */
package io.peerkit.transport.libp2p.internal.ping;
