// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import io.peerkit.api.AgentId;
import io.peerkit.api.agent.AgentInfo;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Decides to whom a node connects: a state machine that is told what happened and answers with what to do.
 *
 * <p>Called on the node loop only; it opens nothing, reads no clock and keeps its memory bounded.
 */
public interface ConnectionStrategy {
    /**
     * The node starts.
     *
     * @param self the local agent
     * @param now the current time
     * @return what to do
     */
    List<Action> started(AgentId self, Instant now);

    /**
     * A valid card of another agent was learned or renewed.
     *
     * @param info the card
     * @param now the current time
     * @param random for jitter
     * @return what to do
     */
    List<Action> agentKnown(AgentInfo info, Instant now, RandomGenerator random);

    /**
     * An agent's last valid card expired or was dropped.
     *
     * @param agent the agent
     */
    void agentForgotten(AgentId agent);

    /**
     * A connection to an agent is open, whoever opened it.
     *
     * @param agent the agent
     * @param now the current time
     * @return what to do
     */
    List<Action> connected(AgentId agent, Instant now);

    /**
     * The last connection to an agent closed.
     *
     * @param agent the agent
     * @param now the current time
     * @param random for jitter
     * @return what to do
     */
    List<Action> disconnected(AgentId agent, Instant now, RandomGenerator random);

    /**
     * A {@link Dial} failed.
     *
     * @param agent the agent
     * @param retry whether trying again may help
     * @param now the current time
     * @param random for jitter
     * @return what to do
     */
    List<Action> dialFailed(AgentId agent, boolean retry, Instant now, RandomGenerator random);

    /**
     * A time asked for with {@link WakeAt} has come.
     *
     * @param now the current time
     * @param random for jitter
     * @return what to do
     */
    List<Action> woken(Instant now, RandomGenerator random);

    /** What the node does for the strategy. */
    sealed interface Action permits Dial, Disconnect, WakeAt {}

    /**
     * Connect to an agent at the addresses of its card.
     *
     * @param agent the agent
     */
    record Dial(AgentId agent) implements Action {}

    /**
     * Close the connections to an agent.
     *
     * @param agent the agent
     */
    record Disconnect(AgentId agent) implements Action {}

    /**
     * Call {@link ConnectionStrategy#woken} at a time; an earlier wish stays in force.
     *
     * @param time when
     */
    record WakeAt(Instant time) implements Action {}
}
