// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;

/**
 * Is told of what costs a node something without changing anything for the application: for figures, in simulations above
 * all. Called on the node loop; returns at once and throws nothing.
 */
@FunctionalInterface
public interface GossipWatcher {
    /**
     * A well-formed entry came whole from a peer, by push or in a session.
     *
     * @param from the peer, which need not be the author
     * @param entry the entry; its signature may not have been checked
     * @param bytes envelope and blob together
     * @param known whether it was here already or on its way into the store, so that these bytes were for nothing
     */
    void entryReceived(AgentId from, EntryId entry, int bytes, boolean known);

    /**
     * Looks at nothing.
     *
     * @return the watcher of a node that has none
     */
    static GossipWatcher none() {
        return (from, entry, bytes, known) -> {};
    }
}
