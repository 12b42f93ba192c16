// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

import java.time.Duration;

/**
 * How many sockets a session has and how long it waits.
 *
 * @param sockets 1 to {@value #MAX_SOCKETS}
 * @param requestTimeout how long an answer may take before the socket is given up, and a handshake
 * @param patience how long a call is tried, queued and tried again before it fails
 */
public record SessionLimits(int sockets, Duration requestTimeout, Duration patience) {
    /** The most sockets. */
    public static final int MAX_SOCKETS = 4;

    /** The most requests under way on a socket. */
    static final int WINDOW = 64;

    /** The most calls that wait for a socket or for another attempt. */
    static final int MAX_WAITING = 16_384;

    /** How often a transaction that loses every race is tried. */
    static final int MAX_CONFLICTS = 30;

    /** How long a socket may be silent before it is tried with a ping, in nanoseconds: 15 s. */
    static final long IDLE_NANOS = 15_000_000_000L;

    /** Checks the bounds. */
    public SessionLimits {
        if (sockets < 1 || sockets > MAX_SOCKETS) {
            throw new IllegalArgumentException("sockets: " + sockets + ", must be 1 to " + MAX_SOCKETS);
        }
    }
}
