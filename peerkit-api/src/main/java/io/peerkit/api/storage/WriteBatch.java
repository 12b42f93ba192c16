// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.agent.AgentInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes that a store does all of or none of, in the order of the components: what a batch removes goes first, so that one
 * which removes a thing and adds it leaves the one it adds. Removing what is not there does nothing.
 *
 * @param removedEntries entries that go, with their blobs, at most {@value #MAX_ENTRIES}
 * @param entries to add, at most {@value #MAX_ENTRIES}; one that is there already is left as it is
 * @param removedMetadata names whose values go, at most {@value #MAX_METADATA}
 * @param metadata to set: names of 1 to 64 characters, values of at most {@value #MAX_METADATA_BYTES} bytes, at most 64
 * @param removedAgents agents whose cards go, at most {@value #MAX_AGENTS}
 * @param agents cards to set, each in place of an older one of the same agent, at most {@value #MAX_AGENTS}
 * @param removedRecords records that go, at most {@value #MAX_RECORDS}
 * @param records to set, in their order, at most {@value #MAX_RECORDS}
 * @param removedChunks chunks that go, at most {@value #MAX_REMOVED_CHUNKS}
 * @param chunks to add, at most {@value #MAX_CHUNKS}; one that is there already is left as it is
 */
public record WriteBatch(
        List<EntryId> removedEntries,
        List<StoredEntry> entries,
        List<String> removedMetadata,
        Map<String, byte[]> metadata,
        List<AgentId> removedAgents,
        List<AgentInfo> agents,
        List<RecordKey> removedRecords,
        List<StoredRecord> records,
        List<BlobHash> removedChunks,
        List<StoredChunk> chunks) {
    /** The most entries in a batch, and the most entries removed by one. */
    public static final int MAX_ENTRIES = 4_096;

    /** The most metadata in a batch, and the most metadata removed by one. */
    public static final int MAX_METADATA = 64;

    /** The longest name of metadata in characters. */
    public static final int MAX_METADATA_NAME_LENGTH = 64;

    /** The longest value of metadata in bytes. */
    public static final int MAX_METADATA_BYTES = 65_536;

    /** The most agent cards in a batch, and the most agents removed by one. */
    public static final int MAX_AGENTS = 1_024;

    /** The most records in a batch, and the most records removed by one. */
    public static final int MAX_RECORDS = 4_096;

    /** The most chunks in a batch. */
    public static final int MAX_CHUNKS = 64;

    /** The most chunks removed by a batch. */
    public static final int MAX_REMOVED_CHUNKS = 4_096;

    /** Checks the bounds, with {@link Storage#SEALING_BYTES} more for a store that seals. */
    public WriteBatch {
        removedEntries = List.copyOf(removedEntries);
        entries = List.copyOf(entries);
        removedMetadata = List.copyOf(removedMetadata);
        metadata = Map.copyOf(metadata);
        removedAgents = List.copyOf(removedAgents);
        agents = List.copyOf(agents);
        removedRecords = List.copyOf(removedRecords);
        records = List.copyOf(records);
        removedChunks = List.copyOf(removedChunks);
        chunks = List.copyOf(chunks);
        atMost("removedEntries", removedEntries.size(), MAX_ENTRIES);
        atMost("entries", entries.size(), MAX_ENTRIES);
        atMost("removedMetadata", removedMetadata.size(), MAX_METADATA);
        atMost("metadata", metadata.size(), MAX_METADATA);
        atMost("removedAgents", removedAgents.size(), MAX_AGENTS);
        atMost("agents", agents.size(), MAX_AGENTS);
        atMost("removedRecords", removedRecords.size(), MAX_RECORDS);
        atMost("records", records.size(), MAX_RECORDS);
        atMost("removedChunks", removedChunks.size(), MAX_REMOVED_CHUNKS);
        atMost("chunks", chunks.size(), MAX_CHUNKS);
        metadata.forEach((name, value) -> {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("metadata name is empty");
            }
            atMost("metadata name", name.length(), MAX_METADATA_NAME_LENGTH);
            atMost("metadata value", value.length, MAX_METADATA_BYTES + Storage.SEALING_BYTES);
        });
    }

    /**
     * Counts what the batch adds, sets and removes.
     *
     * @return how many things there are in it
     */
    public int items() {
        return removedEntries.size()
                + entries.size()
                + removedMetadata.size()
                + metadata.size()
                + removedAgents.size()
                + agents.size()
                + removedRecords.size()
                + records.size()
                + removedChunks.size()
                + chunks.size();
    }

    /**
     * Measures what the batch adds and sets, without names and keys.
     *
     * @return the length of all its values together, in bytes
     */
    public long bytes() {
        long bytes = 0;
        for (StoredEntry entry : entries) {
            bytes += entry.bytes();
        }
        for (byte[] value : metadata.values()) {
            bytes += value.length;
        }
        for (AgentInfo card : agents) {
            bytes += card.encoded().length;
        }
        for (StoredRecord item : records) {
            bytes += item.value().length;
        }
        for (StoredChunk chunk : chunks) {
            bytes += chunk.bytes().length;
        }
        return bytes;
    }

    /**
     * A batch of entries alone.
     *
     * @param entries to add
     * @return the batch
     */
    public static WriteBatch ofEntries(List<StoredEntry> entries) {
        return builder().entries(entries).build();
    }

    /**
     * A batch of entries and metadata.
     *
     * @param entries to add
     * @param metadata to set
     * @return the batch
     */
    public static WriteBatch of(List<StoredEntry> entries, Map<String, byte[]> metadata) {
        Builder builder = builder().entries(entries);
        metadata.forEach(builder::metadata);
        return builder.build();
    }

    /**
     * A batch of changes to agent cards alone.
     *
     * @param agents cards to set
     * @param removedAgents agents whose cards go
     * @return the batch
     */
    public static WriteBatch ofAgents(List<AgentInfo> agents, List<AgentId> removedAgents) {
        return builder().agents(agents).removeAgents(removedAgents).build();
    }

    /**
     * Begins a batch.
     *
     * @return an empty one
     */
    public static Builder builder() {
        return new Builder();
    }

    private static void atMost(String what, int value, int bound) {
        if (value > bound) {
            throw new IllegalArgumentException(what + ": " + value + ", at most " + bound);
        }
    }

    /** Gathers a batch. For one thread. Repeated calls add to what is there. */
    public static final class Builder {
        private final List<EntryId> removedEntries = new ArrayList<>();
        private final List<StoredEntry> entries = new ArrayList<>();
        private final List<String> removedMetadata = new ArrayList<>();
        private final Map<String, byte[]> metadata = new LinkedHashMap<>();
        private final List<AgentId> removedAgents = new ArrayList<>();
        private final List<AgentInfo> agents = new ArrayList<>();
        private final List<RecordKey> removedRecords = new ArrayList<>();
        private final List<StoredRecord> records = new ArrayList<>();
        private final List<BlobHash> removedChunks = new ArrayList<>();
        private final List<StoredChunk> chunks = new ArrayList<>();

        private Builder() {}

        /**
         * Removes entries.
         *
         * @param ids of the entries
         * @return this
         */
        public Builder removeEntries(Collection<EntryId> ids) {
            removedEntries.addAll(ids);
            return this;
        }

        /**
         * Adds entries.
         *
         * @param added the entries
         * @return this
         */
        public Builder entries(Collection<StoredEntry> added) {
            entries.addAll(added);
            return this;
        }

        /**
         * Removes metadata.
         *
         * @param names whose values go
         * @return this
         */
        public Builder removeMetadata(Collection<String> names) {
            removedMetadata.addAll(names);
            return this;
        }

        /**
         * Sets metadata.
         *
         * @param name 1 to {@value WriteBatch#MAX_METADATA_NAME_LENGTH} characters
         * @param value not copied
         * @return this
         */
        public Builder metadata(String name, byte[] value) {
            metadata.put(name, value);
            return this;
        }

        /**
         * Removes agent cards.
         *
         * @param removed whose cards go
         * @return this
         */
        public Builder removeAgents(Collection<AgentId> removed) {
            removedAgents.addAll(removed);
            return this;
        }

        /**
         * Sets agent cards.
         *
         * @param cards to set where they are newer
         * @return this
         */
        public Builder agents(Collection<AgentInfo> cards) {
            agents.addAll(cards);
            return this;
        }

        /**
         * Removes records.
         *
         * @param keys of the records
         * @return this
         */
        public Builder removeRecords(Collection<RecordKey> keys) {
            removedRecords.addAll(keys);
            return this;
        }

        /**
         * Sets records.
         *
         * @param set the records
         * @return this
         */
        public Builder records(Collection<StoredRecord> set) {
            records.addAll(set);
            return this;
        }

        /**
         * Removes chunks.
         *
         * @param hashes of the chunks
         * @return this
         */
        public Builder removeChunks(Collection<BlobHash> hashes) {
            removedChunks.addAll(hashes);
            return this;
        }

        /**
         * Adds chunks.
         *
         * @param added the chunks
         * @return this
         */
        public Builder chunks(Collection<StoredChunk> added) {
            chunks.addAll(added);
            return this;
        }

        /**
         * Ends the batch.
         *
         * @return it
         * @throws IllegalArgumentException when it exceeds a bound
         */
        public WriteBatch build() {
            return new WriteBatch(
                    removedEntries,
                    entries,
                    removedMetadata,
                    metadata,
                    removedAgents,
                    agents,
                    removedRecords,
                    records,
                    removedChunks,
                    chunks);
        }
    }
}
