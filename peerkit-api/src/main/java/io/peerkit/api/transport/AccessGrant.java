// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.transport;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import java.util.Set;

/**
 * What an access handshake established about the peer.
 *
 * @param agentId the agent that proved to own the connection
 * @param capabilities names of optional features that the peer announced, at most {@value #MAX_CAPABILITIES}
 */
public record AccessGrant(AgentId agentId, Set<String> capabilities) {
    /** The most capabilities a peer may announce. */
    public static final int MAX_CAPABILITIES = 32;

    /** Checks the bound. */
    public AccessGrant {
        capabilities = Set.copyOf(capabilities);
        if (capabilities.size() > MAX_CAPABILITIES) {
            throw new InvalidBytesException(capabilities.size() + " capabilities, at most " + MAX_CAPABILITIES);
        }
    }
}
