// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.peer;

import io.peerkit.api.AgentId;

/** Who is listened to. Belongs to the node loop. */
public interface Membership {
    /**
     * Whether an author's entries are not taken, and nothing that they say carried out: asked before an entry's kind is looked
     * at, so what is to come (deletes) is covered.
     */
    boolean isBlocked(AgentId author);

    /** A peer did something wrong; {@link FaultBudget} says what weighs how much. */
    void misbehaved(AgentId peer, int faults);
}
