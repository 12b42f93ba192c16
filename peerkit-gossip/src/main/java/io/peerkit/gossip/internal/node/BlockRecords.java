// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.node;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlockedAgent;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import java.time.Instant;

/**
 * Whom the application blocked, as the store remembers it: collection {@code blocked-agent}, key the agent (32 bytes), value
 * {@code { r: reason, t: milliseconds since 1970 }}.
 */
final class BlockRecords {
    /** The collection. */
    static final String AGENTS = "blocked-agent";

    private static final int ID_BYTES = 32;
    private static final CborLimits LIMITS = new CborLimits(2_048, 1, 8);

    private BlockRecords() {}

    static RecordKey key(AgentId agent) {
        return RecordKey.of(AGENTS, agent.toBytes());
    }

    static StoredRecord agent(BlockedAgent agent) {
        return new StoredRecord(
                key(agent.agentId()),
                Cbor.encode(CborMap.builder()
                        .put("r", agent.reason())
                        .put("t", agent.since().toEpochMilli())
                        .build()));
    }

    static BlockedAgent agent(StoredRecord found) {
        byte[] key = found.key().key();
        if (key.length != ID_BYTES) {
            throw new StorageException(AGENTS + " with a key of " + key.length + " bytes, must be " + ID_BYTES);
        }
        try {
            CborMap map = Cbor.decodeMap("blocked agent", found.value(), LIMITS);
            return new BlockedAgent(
                    AgentId.of(key),
                    map.requireText("r", BlockedAgent.MAX_REASON_LENGTH),
                    Instant.ofEpochMilli(map.requireLong("t", Long.MIN_VALUE, Long.MAX_VALUE)));
        } catch (InvalidBytesException e) {
            throw new StorageException("the store holds a damaged record of a blocked agent", e);
        }
    }
}
