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
 * <p>Called on the node loop only, one call at a time. It opens nothing, reads no clock, starts no thread and draws chance
 * only from the generator that it is given, so that a simulation of thousands of them can be repeated. It keeps its memory
 * bounded whatever other agents do. An instance belongs to one node.
 *
 * <p><b>What it is told.</b> Cards say where agents can be reached: {@link #agentKnown} and {@link #agentForgotten}.
 * Connections come and go, whoever opened them: {@link #connected} and {@link #disconnected}. Every {@link Dial} ends in
 * {@link #connected}, in {@link #dialFailed}, or, when another agent answered at the address and this one was connected already, in
 * neither, so a strategy gives up waiting by itself. Bootstrap nodes and calls of {@code connect} open connections without
 * asking it. Times may step back: a wait that looks longer than any that the strategy sets is cut.
 *
 * <p><b>What it may say to others.</b> A strategy that builds its overlay together with those of other nodes sends them
 * messages by {@link Tell} and gets theirs by {@link #told}. The format is its own; whatever comes is hostile until checked. Cards
 * travel beside the message: those that arrive are valid by then, so a strategy never looks into signatures.
 *
 * <p><b>Which cards a node keeps.</b> By default cards flood the network and all are kept, 4,096 at most. A strategy for large
 * networks limits what others send by {@link #maxCards} and what is kept by {@link #keeps}.
 */
public interface ConnectionStrategy {
    /** The longest message of {@link Tell} in bytes. */
    int MAX_TOLD_BYTES = 4_096;

    /** The most cards beside one message. */
    int MAX_TOLD_CARDS = 16;

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

    /**
     * The strategy of a connected agent has sent a message by {@link Tell}.
     *
     * @param from the agent
     * @param message what it said, at most {@link #MAX_TOLD_BYTES} bytes; never change it
     * @param cards the valid cards that came with it, at most {@link #MAX_TOLD_CARDS}, perhaps fewer than were sent and perhaps
     *     in another order; they are known to the node during this call, and afterwards those that {@link #keeps} names
     * @param now the current time
     * @param random for choices
     * @return what to do
     * @throws io.peerkit.api.InvalidBytesException when the message is malformed: the sender is warned of and nothing happens
     */
    default List<Action> told(
            AgentId from, byte[] message, List<AgentInfo> cards, Instant now, RandomGenerator random) {
        return List.of();
    }

    /**
     * The machine's network is another than before, or the machine has slept: dials that failed may succeed now.
     *
     * @param now the current time
     * @param random for jitter
     * @return what to do; nothing unless the strategy waits before it dials again
     */
    default List<Action> networkChanged(Instant now, RandomGenerator random) {
        return List.of();
    }

    /**
     * Whether the node should keep an agent's card. Asked after each call that brought cards, and every few seconds for all;
     * cards that are not worth keeping are dropped without {@link #agentForgotten}.
     *
     * @param agent the agent; connected ones are not asked about
     * @return true unless the strategy keeps views of its own
     */
    default boolean keeps(AgentId agent) {
        return true;
    }

    /**
     * How many cards of others a peer may send on its own account when they meet. Whoever limits them is sent no others
     * later either, but those of the peers themselves.
     *
     * @return {@link Integer#MAX_VALUE} for all, the default: cards flood
     */
    default int maxCards() {
        return Integer.MAX_VALUE;
    }

    /**
     * Whether connections to bootstrap nodes should be opened now. Asked before each is dialed, and every few seconds; one that is
     * open is not closed for it.
     *
     * @return true unless the strategy has better contacts
     */
    default boolean needsBootstrap() {
        return true;
    }

    /** What the node does for the strategy, in the order given. */
    sealed interface Action permits Dial, Disconnect, WakeAt, Tell {}

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

    /**
     * Send a message to the strategy of a connected agent; dropped when it is not connected. Nothing tells whether it arrived.
     *
     * @param to the agent
     * @param message at most {@link #MAX_TOLD_BYTES} bytes; never changed afterwards
     * @param cards of whom to send the cards along, the local agent perhaps among them, at most {@link #MAX_TOLD_CARDS}; those that
     *     the node has not are left out
     */
    record Tell(AgentId to, byte[] message, List<AgentId> cards) implements Action {
        /** Copies the list. */
        public Tell {
            cards = List.copyOf(cards);
        }
    }
}
