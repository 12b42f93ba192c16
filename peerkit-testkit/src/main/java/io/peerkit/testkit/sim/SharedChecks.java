// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.agent.NodeCapacity;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Does each check of a signature once for all nodes of a simulation. Whether a signature is right depends on nothing but
 * its bytes, and a thousand nodes that each check the cards of the others would do nothing else.
 */
final class SharedChecks {
    /** How many answers are kept, of each kind; the oldest goes first. */
    static final int MAX_KEPT = 131_072;

    private record Check(AgentId signer, ByteBuffer message, ByteBuffer signature) {}

    private final Map<Check, Boolean> signatures = new Kept<>();
    private final Map<ByteBuffer, AgentInfo> cards = new Kept<>();

    /** The agent, which asks others first what it would have to compute. */
    Agent sharing(Agent agent) {
        return new Sharing(agent);
    }

    private static final class Kept<K, V> extends LinkedHashMap<K, V> {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > MAX_KEPT;
        }
    }

    private final class Sharing implements Agent {
        private final Agent agent;

        private Sharing(Agent agent) {
            this.agent = agent;
        }

        @Override
        public AgentId id() {
            return agent.id();
        }

        @Override
        public byte[] sign(byte[] message) {
            byte[] signature = agent.sign(message);
            // Who made it need not check it: what is wrong was made by somebody else, or changed since.
            signatures.put(new Check(id(), ByteBuffer.wrap(message.clone()), ByteBuffer.wrap(signature.clone())), true);
            return signature;
        }

        @Override
        public boolean verify(AgentId signer, byte[] message, byte[] signature) {
            Check check = new Check(signer, ByteBuffer.wrap(message.clone()), ByteBuffer.wrap(signature.clone()));
            Boolean known = signatures.get(check);
            if (known == null) {
                known = agent.verify(signer, message, signature);
                signatures.put(check, known);
            }
            return known;
        }

        @Override
        public AgentInfo issueInfo(List<NodeAddress> addresses, Instant issuedAt, Duration lifetime) {
            return issueInfo(addresses, NodeCapacity.unlimited(), issuedAt, lifetime);
        }

        @Override
        public AgentInfo issueInfo(
                List<NodeAddress> addresses, NodeCapacity capacity, Instant issuedAt, Duration lifetime) {
            AgentInfo card = agent.issueInfo(addresses, capacity, issuedAt, lifetime);
            cards.put(ByteBuffer.wrap(card.encoded().clone()), card);
            return card;
        }

        /** Only good cards are kept: a bad one costs its sender more than us. */
        @Override
        public AgentInfo readInfo(byte[] encoded) throws InvalidBytesException {
            AgentInfo known = cards.get(ByteBuffer.wrap(encoded));
            if (known == null) {
                known = agent.readInfo(encoded);
                cards.put(ByteBuffer.wrap(known.encoded().clone()), known);
            }
            return known;
        }
    }
}
