// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.util.Optional;

/**
 * What a handshake came to.
 *
 * @param remote who is at the other end, proven
 * @param muxer the multiplexer that both sides settled on in the handshake, or empty when multistream-select follows
 * @param sender encrypts what goes out
 * @param receiver decrypts what comes in
 */
public record NoiseSession(PeerId remote, Optional<String> muxer, CipherState sender, CipherState receiver) {}
