// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.peer;

import io.peerkit.api.AgentId;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;

/** Logs what a peer did wrong: the first time as a warning, later for debugging only, so that no peer can fill the log. */
public final class PeerWarnings {
    /** The most peers that get a warning of their own. */
    private static final int MAX_PEERS = 1_024;

    private final Logger log;
    private final Set<AgentId> warned = new LinkedHashSet<>();

    /**
     * @param log of the class that warns
     */
    public PeerWarnings(Logger log) {
        this.log = log;
    }

    /** Warns of a peer. */
    public void warn(AgentId peer, String what, Object why) {
        if (warned.size() < MAX_PEERS && warned.add(peer)) {
            log.warn("{} from peer {}: {}; more from this peer is logged at debug level only", what, peer, why);
        } else {
            log.debug("{} from peer {}: {}", what, peer, why);
        }
    }
}
