// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NetworkId;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who may close the epochs of a network, and delete what others wrote. Chosen when the network is created; all its members name the
 * same. A network without one works as well: deletes then remain as small entries for ever.
 */
public final class Authority {
    /** The most agents. */
    public static final int MAX_AGENTS = 16;

    private final int needed;
    private final Set<AgentId> agents;

    private Authority(int needed, Set<AgentId> agents) {
        this.needed = needed;
        this.agents = agents;
    }

    /**
     * One agent decides alone.
     *
     * @param agent the agent
     * @return the authority
     */
    public static Authority of(AgentId agent) {
        return anyOf(1, Set.of(agent));
    }

    /**
     * A number of agents decide together.
     *
     * @param needed how many of them have to sign, more than half, so that no two halves close the same epoch
     * @param agents 1 to {@value #MAX_AGENTS} agents
     * @return the authority
     * @throws InvalidSettingException when there are too few or too many agents, or {@code needed} is not more than half of them
     */
    public static Authority anyOf(int needed, Set<AgentId> agents) {
        if (agents.isEmpty() || agents.size() > MAX_AGENTS) {
            throw new InvalidSettingException(
                    "authority of " + agents.size() + " agents, must have 1 to " + MAX_AGENTS);
        }
        if (2 * needed <= agents.size() || needed > agents.size()) {
            throw new InvalidSettingException("authority of " + needed + " out of " + agents.size()
                    + " agents, must be more than half and at most all of them");
        }
        return new Authority(needed, Collections.unmodifiableSet(new TreeSet<>(agents)));
    }

    /**
     * How many have to sign.
     *
     * @return 1 to {@value #MAX_AGENTS}
     */
    public int needed() {
        return needed;
    }

    /**
     * Who may sign.
     *
     * @return the agents, in the order of their ids
     */
    public Set<AgentId> agents() {
        return agents;
    }

    /**
     * Whether an agent belongs to it. One that does may delete what others wrote, by itself.
     *
     * @param agent any agent
     * @return true when it does
     */
    public boolean includes(AgentId agent) {
        return agents.contains(agent);
    }

    /**
     * The network within a network that has this authority: who names another, or none, is in another network.
     *
     * @param network what the access policy or the application names
     * @return SHA-256 of {@code "peerkit-network-authority-2"}, the network, how many have to sign (1 byte), and the agents in
     *     their order
     */
    public NetworkId bind(NetworkId network) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("peerkit-network-authority-2".getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(network.toBytes());
        bytes.write(needed);
        agents.forEach(agent -> bytes.writeBytes(agent.toBytes()));
        return NetworkId.ofHash(bytes.toByteArray());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Authority that && needed == that.needed && agents.equals(that.agents);
    }

    @Override
    public int hashCode() {
        return 31 * agents.hashCode() + needed;
    }

    @Override
    public String toString() {
        return needed + " of " + agents;
    }
}
