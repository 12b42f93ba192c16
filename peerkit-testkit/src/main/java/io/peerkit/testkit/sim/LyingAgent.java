// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.agent.NodeCapacity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Signs wrongly what it publishes; its cards and its access handshake are right. */
record LyingAgent(Agent honest) implements Agent {
    @Override
    public AgentId id() {
        return honest.id();
    }

    @Override
    public byte[] sign(byte[] message) {
        byte[] signature = honest.sign(message);
        signature[40] ^= 1;
        return signature;
    }

    @Override
    public boolean verify(AgentId signer, byte[] message, byte[] signature) {
        return honest.verify(signer, message, signature);
    }

    @Override
    public AgentInfo issueInfo(List<NodeAddress> addresses, Instant issuedAt, Duration lifetime) {
        return honest.issueInfo(addresses, issuedAt, lifetime);
    }

    @Override
    public AgentInfo issueInfo(
            List<NodeAddress> addresses, NodeCapacity capacity, Instant issuedAt, Duration lifetime) {
        return honest.issueInfo(addresses, capacity, issuedAt, lifetime);
    }

    @Override
    public AgentInfo readInfo(byte[] encoded) {
        return honest.readInfo(encoded);
    }
}
