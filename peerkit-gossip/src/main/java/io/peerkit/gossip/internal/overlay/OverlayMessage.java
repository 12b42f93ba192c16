// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

import io.peerkit.api.AgentId;
import java.util.List;

/** What nodes with bounded views tell one another. Paths lead from the origin to the sender and name each node in between. */
public sealed interface OverlayMessage {
    /** The sender has no neighbours: let walks look for some. */
    record Join() implements OverlayMessage {}

    /**
     * Looks for a neighbour of the origin, whose card comes along.
     *
     * @param path the origin first, then who passed it on, the sender last
     * @param steps how many nodes may still pass it on
     * @param high whether the node at its end takes the origin in even when its view is full
     */
    record Walk(List<AgentId> path, int steps, boolean high) implements OverlayMessage {}

    /**
     * A walk ended: the finder, whose card comes along, expects the origin.
     *
     * @param path the rest of the way back, the origin first; empty at the origin
     * @param finder who has room
     */
    record Found(List<AgentId> path, AgentId finder) implements OverlayMessage {}

    /**
     * The sender wants to be a neighbour.
     *
     * @param high whether it has few, or is expected
     */
    record Neighbour(boolean high) implements OverlayMessage {}

    /** The receiver is a neighbour now. */
    record Accept() implements OverlayMessage {}

    /** The receiver is no neighbour; the cards that come along name others. */
    record Refuse() implements OverlayMessage {}

    /** The receiver is no neighbour any more, and nothing is wrong with it. */
    record Part() implements OverlayMessage {}

    /**
     * Cards of the origin and of some agents that it knows, looking for a node to exchange them with.
     *
     * @param path the origin first, then who passed it on, the sender last
     * @param steps how many nodes may still pass it on
     */
    record Shuffle(List<AgentId> path, int steps) implements OverlayMessage {}

    /**
     * Cards in exchange.
     *
     * @param path the rest of the way back, the origin first; empty at the origin
     */
    record Shuffled(List<AgentId> path) implements OverlayMessage {}

    /**
     * How many agents the sender believes to be in the network.
     *
     * @param agents itself not among them
     */
    record Size(int agents) implements OverlayMessage {}
}
