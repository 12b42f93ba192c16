// SPDX-License-Identifier: Apache-2.0
/**
 * The Noise handshake {@code Noise_XX_25519_ChaChaPoly_SHA256} as libp2p uses it, without IO: messages in, messages out; and the
 * encrypted records that follow it.
 *
 * @see <a href="https://noiseprotocol.org/noise.html">The Noise Protocol Framework, revision 34</a>
 * @see <a href="https://github.com/libp2p/specs/blob/master/noise/README.md">noise-libp2p</a>
 */
package io.peerkit.transport.libp2p.internal.noise;
