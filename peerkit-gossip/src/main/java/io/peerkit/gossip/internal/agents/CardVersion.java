// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.agents;

import io.peerkit.api.AgentId;
import io.peerkit.api.agent.AgentInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which card of an agent is meant; packed: 32 bytes of agent, 8 bytes of time, most significant first.
 *
 * @param agent whose card
 * @param issuedAtMillis when it was issued, in milliseconds since 1970
 */
public record CardVersion(AgentId agent, long issuedAtMillis) {
    static final int BYTES = 40;
    private static final int AGENT_BYTES = 32;

    static CardVersion of(AgentInfo info) {
        return new CardVersion(info.agentId(), info.issuedAt().toEpochMilli());
    }

    static byte[] pack(List<CardVersion> versions) {
        byte[] packed = new byte[versions.size() * BYTES];
        for (int i = 0; i < versions.size(); i++) {
            versions.get(i).agent().copyTo(packed, i * BYTES);
            ByteBuffer.wrap(packed)
                    .putLong(i * BYTES + AGENT_BYTES, versions.get(i).issuedAtMillis());
        }
        return packed;
    }

    static List<CardVersion> unpack(byte[] packed) {
        List<CardVersion> versions = new ArrayList<>(packed.length / BYTES);
        for (int at = 0; at < packed.length; at += BYTES) {
            versions.add(new CardVersion(
                    AgentId.of(Arrays.copyOfRange(packed, at, at + AGENT_BYTES)),
                    ByteBuffer.wrap(packed).getLong(at + AGENT_BYTES)));
        }
        return versions;
    }
}
