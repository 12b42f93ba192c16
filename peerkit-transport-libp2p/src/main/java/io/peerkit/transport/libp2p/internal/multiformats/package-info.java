// SPDX-License-Identifier: Apache-2.0
/** How libp2p writes numbers, peers and addresses, as bytes and as text. */
package io.peerkit.transport.libp2p.internal.multiformats;
