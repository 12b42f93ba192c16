// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import io.peerkit.api.AgentId;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.gossip.ConnectionStrategy;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/** Dials nobody and closes nothing; bootstrap nodes and explicit connections are not its concern. */
public enum NoConnections implements ConnectionStrategy {
    /** It has no state, so there is one. */
    INSTANCE;

    @Override
    public List<Action> started(AgentId self, Instant now) {
        return List.of();
    }

    @Override
    public List<Action> agentKnown(AgentInfo info, Instant now, RandomGenerator random) {
        return List.of();
    }

    @Override
    public void agentForgotten(AgentId agent) {}

    @Override
    public List<Action> connected(AgentId agent, Instant now) {
        return List.of();
    }

    @Override
    public List<Action> disconnected(AgentId agent, Instant now, RandomGenerator random) {
        return List.of();
    }

    @Override
    public List<Action> dialFailed(AgentId agent, boolean retry, Instant now, RandomGenerator random) {
        return List.of();
    }

    @Override
    public List<Action> woken(Instant now, RandomGenerator random) {
        return List.of();
    }
}
