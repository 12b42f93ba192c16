// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

import io.peerkit.api.AgentId;
import io.peerkit.api.agent.AgentInfo;
import java.util.List;
import java.util.Map;

/**
 * Writes that a store does all of or none of.
 *
 * @param entries to add, at most {@value #MAX_ENTRIES}; one that is there already is left as it is
 * @param metadata to set: names of 1 to 64 characters, values of at most {@value #MAX_METADATA_BYTES} bytes, at most 64
 * @param agents cards to set, each in place of an older one of the same agent, at most {@value #MAX_AGENTS}
 * @param removedAgents agents whose cards go, at most {@value #MAX_AGENTS}
 */
public record WriteBatch(
        List<StoredEntry> entries, Map<String, byte[]> metadata, List<AgentInfo> agents, List<AgentId> removedAgents) {
    /** The most entries in a batch. */
    public static final int MAX_ENTRIES = 4_096;

    /** The most agent cards in a batch, and the most agents removed by one. */
    public static final int MAX_AGENTS = 1_024;

    /** The longest value of metadata in bytes. */
    public static final int MAX_METADATA_BYTES = 65_536;

    /** Checks the bounds. */
    public WriteBatch {
        entries = List.copyOf(entries);
        metadata = Map.copyOf(metadata);
        agents = List.copyOf(agents);
        removedAgents = List.copyOf(removedAgents);
        atMost("entries", entries.size(), MAX_ENTRIES);
        atMost("metadata", metadata.size(), 64);
        atMost("agents", agents.size(), MAX_AGENTS);
        atMost("removedAgents", removedAgents.size(), MAX_AGENTS);
        metadata.forEach((name, value) -> {
            atMost("metadata name", name.length(), 64);
            atMost("metadata value", value.length, MAX_METADATA_BYTES);
        });
    }

    /**
     * A batch of entries alone.
     *
     * @param entries to add
     * @return the batch
     */
    public static WriteBatch ofEntries(List<StoredEntry> entries) {
        return new WriteBatch(entries, Map.of(), List.of(), List.of());
    }

    /**
     * A batch of entries and metadata.
     *
     * @param entries to add
     * @param metadata to set
     * @return the batch
     */
    public static WriteBatch of(List<StoredEntry> entries, Map<String, byte[]> metadata) {
        return new WriteBatch(entries, metadata, List.of(), List.of());
    }

    /**
     * A batch of changes to agent cards alone.
     *
     * @param agents cards to set
     * @param removedAgents agents whose cards go
     * @return the batch
     */
    public static WriteBatch ofAgents(List<AgentInfo> agents, List<AgentId> removedAgents) {
        return new WriteBatch(List.of(), Map.of(), agents, removedAgents);
    }

    private static void atMost(String what, int value, int bound) {
        if (value > bound) {
            throw new IllegalArgumentException(what + ": " + value + ", at most " + bound);
        }
    }
}
