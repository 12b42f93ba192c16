// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.agents;

import java.util.List;

/** What travels in a message of agent cards. */
public sealed interface AgentMessage {
    /** The limit of one who wants every card. */
    int UNLIMITED = Integer.MAX_VALUE;

    /**
     * Which cards the sender has.
     *
     * @param versions packed, 40 bytes each, see {@link CardVersion}
     * @param limit how many cards of others it wants at most; {@link #UNLIMITED} for all, now and later
     */
    record Digest(byte[] versions, int limit) implements AgentMessage {}

    /**
     * What the sender's connection strategy tells the receiver's.
     *
     * @param message opaque here
     * @param cards of agents that the message is about
     */
    record Told(byte[] message, List<Card> cards) implements AgentMessage {}

    /** Cards. */
    record Cards(List<Card> cards) implements AgentMessage {}

    /**
     * A card.
     *
     * @param version as the sender says, so that one that is known costs no check of a signature
     * @param encoded the signed bytes
     */
    record Card(CardVersion version, byte[] encoded) {}
}
