// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.access;

/** Why someone is turned away, as it stands in a Deny frame and in events; the codes never change. */
final class DenyReason {
    /** A frame is malformed or over a bound. */
    static final String MALFORMED = "malformed";

    /** A frame came that has no place here. */
    static final String OUT_OF_ORDER = "out-of-order";

    /** There is no common version of the protocol. */
    static final String VERSION = "version";

    /** The peer names this very agent or node. */
    static final String SELF = "self";

    /** The signature is not by the agent that was named. */
    static final String BAD_SIGNATURE = "bad-signature";

    /** The agent is who it says, but does not belong to the network. */
    static final String BAD_PROOF = "bad-proof";

    /** The agent was denied before. */
    static final String DENIED = "denied";

    /** An application blocked the agent; it may take that back, so neither side remembers it. */
    static final String BLOCKED = "blocked";

    /** The peer denied us; its own reason follows behind a colon where it is a code. */
    private static final String REFUSED_BY_PEER = "refused-by-peer";

    private DenyReason() {}

    /** Whether a denial with this reason, as it stands in a frame, is remembered. */
    static boolean isLasting(String reason) {
        return !reason.equals(BLOCKED);
    }

    /** What the peer wrote goes into logs and events, so nothing but a code passes. */
    static String refusedByPeer(String reason) {
        boolean code = !reason.isEmpty()
                && reason.chars().allMatch(c -> c == '-' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
        return code ? REFUSED_BY_PEER + ":" + reason : REFUSED_BY_PEER;
    }
}
