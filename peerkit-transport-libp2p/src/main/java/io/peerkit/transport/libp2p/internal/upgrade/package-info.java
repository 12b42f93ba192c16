// SPDX-License-Identifier: Apache-2.0
/**
 * From a raw connection to an encrypted one that is ready for streams: multistream-select, the handshake
 * of what it chose, the choice of yamux.
 *
 * <p>{@link io.peerkit.transport.libp2p.internal.upgrade.Upgrade} decides, without IO; the secure channel carries the
 * encrypted bytes from then on.
 */
package io.peerkit.transport.libp2p.internal.upgrade;
