// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import java.time.Duration;

/**
 * The names and bounds of circuit relay v2.
 *
 * <pre>{@code
 *   source                     relay                      target
 *     |                          |        hop: RESERVE      |
 *     |                          | <----------------------- |   over a connection that the target keeps open
 *     |                          |  STATUS OK, until when   |
 *     |                          | -----------------------> |
 *     |  hop: CONNECT to target  |                          |
 *     | -----------------------> |  stop: CONNECT by source |
 *     |                          | -----------------------> |
 *     |                          |        STATUS OK         |
 *     |        STATUS OK         | <----------------------- |
 *     | <----------------------- |                          |
 *     | <=====================================================> security, muxer, streams: the source is the dialer
 * }</pre>
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/relay/circuit-v2.md">circuit relay v2, r2</a>
 */
public final class RelayProtocol {
    /** What a relay serves. */
    public static final String HOP = "/libp2p/circuit/relay/0.2.0/hop";

    /** What the target of a circuit serves. */
    public static final String STOP = "/libp2p/circuit/relay/0.2.0/stop";

    /** The longest message in bytes, without its length. */
    public static final int MAX_MESSAGE_BYTES = 4_096;

    /** The most addresses of a peer or a reservation that are read; further ones are left out. */
    static final int MAX_ADDRESSES = 16;

    /** How long either side waits for a message that is due. */
    static final Duration MESSAGE_TIMEOUT = Duration.ofSeconds(10);

    private RelayProtocol() {}
}
