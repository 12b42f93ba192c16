// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.transport.libp2p.internal.noise.NoiseIdentity;
import java.security.SecureRandom;
import java.util.function.Consumer;

/**
 * What all connections of a transport share.
 *
 * @param settings how connections behave
 * @param identity who this node is
 * @param random makes the secret of each handshake
 * @param policy decides who may connect and what is served to whom
 * @param protocols what is spoken
 * @param traffic counts bytes
 * @param established is told of each connection that is let in, on its event loop
 */
public record ConnectionContext(
        ConnectionSettings settings,
        NoiseIdentity identity,
        SecureRandom random,
        ConnectionPolicy policy,
        ProtocolTable protocols,
        TrafficCounter traffic,
        Consumer<Connection> established) {}
