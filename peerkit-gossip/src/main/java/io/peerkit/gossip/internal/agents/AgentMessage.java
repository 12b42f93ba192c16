// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.agents;

import java.util.List;

/** What travels in a message of agent cards. */
public sealed interface AgentMessage {
    /**
     * Which cards the sender has.
     *
     * @param versions packed, 40 bytes each, see {@link CardVersion}
     */
    record Digest(byte[] versions) implements AgentMessage {}

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
