// SPDX-License-Identifier: Apache-2.0
/**
 * From a raw connection to an encrypted one that is ready for streams: multistream-select, Noise, the choice of yamux.
 *
 * <p>{@link io.peerkit.transport.libp2p.internal.upgrade.Upgrade} decides, without IO; the frame reader and writer carry
 * the encrypted bytes from then on.
 */
package io.peerkit.transport.libp2p.internal.upgrade;
