// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.access;

import io.peerkit.agent.AccessRole;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.agent.internal.access.AccessFrame.Evidence;
import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.agent.Agent;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a node brings into each of its handshakes.
 *
 * @param agent who we are
 * @param access who belongs to the network
 * @param versions the protocol versions we speak, 1 to 16
 * @param capabilities what we announce
 * @param denied whom we let in no more
 */
public record Party(
        Agent agent, NetworkAccess access, List<Integer> versions, Set<String> capabilities, DeniedAgents denied) {

    /** The greatest version that both speak. */
    Optional<Integer> commonVersion(List<Integer> offered) {
        return offered.stream().filter(versions::contains).max(Integer::compare);
    }

    /** Judges who a peer claims to be, before any proof. */
    Optional<String> objectionTo(AgentId claimed) {
        if (claimed.equals(agent.id())) {
            return Optional.of(DenyReason.SELF);
        }
        // A failed proof first: it is remembered on both sides.
        if (denied.hasFailed(claimed)) {
            return Optional.of(DenyReason.DENIED);
        }
        return denied.contains(claimed) ? Optional.of(DenyReason.BLOCKED) : Optional.empty();
    }

    Evidence prove(AccessRole role, byte[] hash) {
        return new Evidence(agent.sign(Transcript.signed(role, hash)), access.prove(role, hash));
    }

    /** Judges a peer's proof. Only who has proven to own an agent can get that agent remembered as denied. */
    Optional<String> objectionTo(AccessRole role, AgentId prover, byte[] hash, Evidence evidence) {
        if (!agent.verify(prover, Transcript.signed(role, hash), evidence.signature())) {
            return Optional.of(DenyReason.BAD_SIGNATURE);
        }
        if (!accepts(role, prover, hash, evidence)) {
            denied.proofFailed(prover);
            return Optional.of(DenyReason.BAD_PROOF);
        }
        // The application may have denied the agent since the handshake began.
        return objectionTo(prover);
    }

    private boolean accepts(AccessRole role, AgentId prover, byte[] hash, Evidence evidence) {
        try {
            return access.accepts(role, prover, hash, evidence.accessBytes());
        } catch (InvalidBytesException e) {
            return false;
        }
    }
}
