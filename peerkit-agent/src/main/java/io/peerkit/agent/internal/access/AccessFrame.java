// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.access;

import io.peerkit.agent.NetworkAccessBytes;
import io.peerkit.api.AgentId;
import java.util.List;
import java.util.Set;

/** A frame of the access handshake. */
sealed interface AccessFrame {
    /** The initiator names itself and what it speaks. */
    record Hello(List<Integer> versions, AgentId agentId, byte[] nonce, Set<String> capabilities)
            implements AccessFrame {}

    /** The responder chooses the version and names itself. */
    record Challenge(int version, AgentId agentId, byte[] nonce, Set<String> capabilities) implements AccessFrame {}

    /** The initiator proves what it said. */
    record Proof(Evidence evidence) implements AccessFrame {}

    /** The responder is convinced and proves what it said. */
    record Grant(Evidence evidence) implements AccessFrame {}

    /** One side is not convinced. */
    record Deny(String reason) implements AccessFrame {}

    /** A signature by the agent's key and the network's proof, both over the transcript so far. */
    record Evidence(byte[] signature, NetworkAccessBytes accessBytes) {}
}
