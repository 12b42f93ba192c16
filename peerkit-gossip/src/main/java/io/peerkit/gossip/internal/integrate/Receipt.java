// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

/** What became of an entry that a peer sent. */
public enum Receipt {
    /** It is right and on its way into the store; its source will hear. */
    TAKEN,
    /** It is here already, on its way, or not for this agent. */
    KNOWN,
    /** It is right, and waits for the local clock. */
    HELD,
    /** It is right, and was deleted, or belongs to another epoch. */
    NOT_ADMITTED,
    /** It is wrong. */
    REFUSED
}
