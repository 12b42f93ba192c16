// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import io.peerkit.agent.internal.access.AccessFrameCodec;
import io.peerkit.agent.internal.access.DeniedAgents;
import io.peerkit.agent.internal.access.DialingNegotiation;
import io.peerkit.agent.internal.access.ListeningNegotiation;
import io.peerkit.agent.internal.access.Party;
import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeId;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.AccessNegotiation;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Decides who is let in: each side of a connection proves that it owns the agent it names and that the agent belongs to
 * the network.
 *
 * <pre>{@code
 *   initiator                                                        responder
 *     | Hello{versions, agent, nonce, caps}                              |
 *     | ---------------------------------------------------------------> |
 *     |                         Challenge{version, agent, nonce, caps}   |
 *     | <--------------------------------------------------------------- |
 *     | Proof{sig, access}        hash of Hello, Challenge               |
 *     | ---------------------------------------------------------------> |
 *     |       Grant{sig, access}  hash of Hello, Challenge, Proof        |
 *     | <--------------------------------------------------------------- |
 *     |                  or Deny{reason} from either side, then close    |
 *
 *   sig        = Ed25519(agent, "peerkit-access-2" || role || hash)      role: 01 initiator, 02 responder
 *   hash       = SHA-256("peerkit-access-transcript-2"
 *                        || lp(initiator's NodeId) || lp(responder's NodeId) || lp(Hello) || lp(Challenge) [|| lp(Proof)])
 *   lp(x)      = length of x in 4 bytes, big-endian || x
 * }</pre>
 *
 * <p>The bytes are described in {@code docs/protocols/access.md}. NodeIds stand as UTF-8 text, frames as they were
 * sent. Reasons of {@link AccessNegotiation.Denied}: {@code malformed}, {@code out-of-order}, {@code version},
 * {@code self} (the peer names this very agent or node), {@code bad-signature}, {@code bad-proof}, {@code denied} (the agent
 * was denied before), {@code blocked} (by the application, which may take it back: transports do not remember it), and
 * {@code refused-by-peer:} with the peer's own reason.
 *
 * <p>An agent that proved its identity but not that it belongs to the network stays denied, without a second check. One
 * that was merely named does not: otherwise anybody could get anybody else denied. See
 * {@code docs/decisions/0003-denied-agents.md}.
 *
 * <p>Safe for use by any thread; the negotiations it makes are not.
 */
public final class AccessHandshake implements AccessNegotiation.Factory {
    /** The most agents that {@link #deny} takes. */
    public static final int MAX_BLOCKED_AGENTS = DeniedAgents.MAX_BLOCKED;

    /** The most agents remembered because their proof failed; the oldest is forgotten first, and would fail again. */
    public static final int MAX_FAILED_AGENTS = DeniedAgents.MAX_FAILED;

    /** The longest name of a capability in characters. */
    public static final int MAX_CAPABILITY_LENGTH = AccessFrameCodec.MAX_CAPABILITY_CHARS;

    private static final int NONCE_BYTES = AccessFrameCodec.NONCE_BYTES;

    /** The protocol versions we speak, best first. */
    private static final List<Integer> VERSIONS = List.of(2);

    private final Party party;
    private final DeniedAgents denied = new DeniedAgents();
    private final RandomGenerator random;

    private AccessHandshake(Agent agent, NetworkAccess access, RandomGenerator random, Set<String> capabilities) {
        this.random = random;
        party = new Party(agent, access, VERSIONS, capabilities, denied);
    }

    /**
     * Makes the handshakes of a node.
     *
     * @param agent who we are
     * @param access who belongs to the network
     * @param random makes 32 bytes for each connection; a {@link java.security.SecureRandom} but in simulations. Calls
     *     do not overlap
     * @param capabilities names of optional features to announce, at most {@link AccessGrant#MAX_CAPABILITIES} of 1 to
     *     {@link #MAX_CAPABILITY_LENGTH} characters of printable ASCII without space
     * @return the factory to hand to a transport
     * @throws InvalidSettingException when there are more capabilities or one of another form
     */
    public static AccessHandshake factory(
            Agent agent, NetworkAccess access, RandomGenerator random, Set<String> capabilities) {
        Set<String> announced = Set.copyOf(capabilities);
        if (announced.size() > AccessGrant.MAX_CAPABILITIES) {
            throw new InvalidSettingException(
                    announced.size() + " capabilities, at most " + AccessGrant.MAX_CAPABILITIES);
        }
        for (String name : announced) {
            if (!AccessFrameCodec.isCapability(name)) {
                throw new InvalidSettingException("capability of " + name.length() + " characters, must have 1 to "
                        + MAX_CAPABILITY_LENGTH + ", printable ASCII without space");
            }
        }
        return new AccessHandshake(agent, access, random, announced);
    }

    /**
     * Lets an agent in no more until it is {@linkplain #allow allowed}. Connections that are open already are for the caller to close.
     *
     * @param agent any agent
     * @throws LimitExceededException when {@link #MAX_BLOCKED_AGENTS} others are denied already
     */
    public void deny(AgentId agent) {
        denied.block(agent);
    }

    /**
     * Takes {@link #deny} back. One that failed to prove that it belongs to the network stays out.
     *
     * @param agent any agent
     */
    public void allow(AgentId agent) {
        denied.unblock(agent);
    }

    /**
     * Whether an agent is let in no more.
     *
     * @param agent any agent
     * @return true when it was given to {@link #deny}, or proved its identity but not that it belongs to the network
     */
    public boolean isDenied(AgentId agent) {
        return denied.contains(agent);
    }

    @Override
    public AccessNegotiation dialing(NodeId self, NodeId peer) {
        return new DialingNegotiation(party, self, peer, nonce());
    }

    @Override
    public AccessNegotiation listening(NodeId self, NodeId peer) {
        return new ListeningNegotiation(party, self, peer, nonce());
    }

    private byte[] nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        synchronized (random) {
            random.nextBytes(nonce);
        }
        return nonce;
    }
}
