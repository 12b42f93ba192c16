// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

/** What happened in a session that nobody was told of. Belongs to the session's thread. */
final class SessionCounts {
    /** Connections that greeted the server. */
    long connections;

    /** Answers that came late or twice. */
    long unasked;

    /** Messages that were no answers; each closed its socket. */
    long garbage;

    /** Answers that did not come; each closed its socket. */
    long timeouts;

    /** Transactions that lost a race. */
    long conflicts;

    /** Calls that were sent again after their socket was lost. */
    long resent;
}
