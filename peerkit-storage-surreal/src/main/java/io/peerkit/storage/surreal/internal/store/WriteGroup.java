// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Batches that are committed together, brought to what they do in the end: for each thing at most one removal and one addition behind
 * it. Belongs to one thread.
 */
final class WriteGroup {
    /** Where a group ends, in items: more rows in one transaction are not faster, fewer are slower. */
    static final int MAX_ITEMS = 1_000;

    /** Where a group ends, in bytes: what fits in one frame. */
    static final long MAX_BYTES = 3_145_728;

    final Set<EntryId> removedEntries = new LinkedHashSet<>();
    final Map<EntryId, StoredEntry> entries = new LinkedHashMap<>();
    final Set<String> removedMetadata = new LinkedHashSet<>();
    final Map<String, byte[]> metadata = new LinkedHashMap<>();
    final Set<AgentId> removedAgents = new LinkedHashSet<>();
    final Map<AgentId, AgentInfo> agents = new LinkedHashMap<>();
    final Map<RecordKey, Optional<byte[]>> records = new LinkedHashMap<>();
    final Set<BlobHash> removedChunks = new LinkedHashSet<>();
    final Map<BlobHash, StoredChunk> chunks = new LinkedHashMap<>();
    private final List<PendingWrite> writes = new ArrayList<>();

    /** For each batch the indices of the entries that are new unless the store has them. */
    private final List<BitSet> candidates = new ArrayList<>();

    private int items;
    private long bytes;

    List<PendingWrite> writes() {
        return writes;
    }

    /** Under which all of it is written. */
    List<RecordCondition> conditions() {
        return writes.isEmpty() ? List.of() : writes.get(0).conditions();
    }

    int items() {
        return items;
    }

    /** Takes a batch in behind the others; does not when the group would get too large, or what it does is not to be told in one step. */
    boolean add(PendingWrite write) {
        boolean tooLarge = items + write.items() > MAX_ITEMS || bytes + write.bytes() > MAX_BYTES;
        // A condition that does not hold keeps the whole transaction from being done.
        boolean isAlone = !write.conditions().isEmpty() || !conditions().isEmpty();
        // An entry that is added and then removed is nothing in the end, yet the caller wants to know whether it was
        // new.
        if (!writes.isEmpty()
                && (tooLarge
                        || isAlone
                        || write.batch().removedEntries().stream().anyMatch(entries::containsKey))) {
            return false;
        }
        writes.add(write);
        items += write.items();
        bytes += write.bytes();
        apply(write.batch());
        return true;
    }

    private void apply(WriteBatch batch) {
        removedEntries.addAll(batch.removedEntries());
        BitSet first = new BitSet(batch.entries().size());
        for (int i = 0; i < batch.entries().size(); i++) {
            StoredEntry entry = batch.entries().get(i);
            if (entries.putIfAbsent(entry.id(), entry) == null) {
                first.set(i);
            }
        }
        candidates.add(first);
        for (String name : batch.removedMetadata()) {
            removedMetadata.add(name);
            metadata.remove(name);
        }
        metadata.putAll(batch.metadata());
        for (AgentId agent : batch.removedAgents()) {
            removedAgents.add(agent);
            agents.remove(agent);
        }
        for (AgentInfo card : batch.agents()) {
            agents.merge(card.agentId(), card, (old, next) -> next.issuedAt().isAfter(old.issuedAt()) ? next : old);
        }
        batch.removedRecords().forEach(key -> records.put(key, Optional.empty()));
        for (StoredRecord record : batch.records()) {
            records.put(record.key(), Optional.of(record.value()));
        }
        for (BlobHash hash : batch.removedChunks()) {
            removedChunks.add(hash);
            chunks.remove(hash);
        }
        batch.chunks().forEach(chunk -> chunks.putIfAbsent(chunk.hash(), chunk));
    }

    /** Whether a batch is about anything that this group changes too. */
    boolean touches(WriteBatch batch) {
        return batch.removedEntries().stream().anyMatch(this::touchesEntry)
                || batch.entries().stream().anyMatch(entry -> touchesEntry(entry.id()))
                || batch.removedMetadata().stream().anyMatch(this::touchesMetadata)
                || batch.metadata().keySet().stream().anyMatch(this::touchesMetadata)
                || batch.removedAgents().stream().anyMatch(this::touchesAgent)
                || batch.agents().stream().anyMatch(card -> touchesAgent(card.agentId()))
                || batch.removedRecords().stream().anyMatch(records::containsKey)
                || batch.records().stream().anyMatch(record -> records.containsKey(record.key()))
                || batch.removedChunks().stream().anyMatch(this::touchesChunk)
                || batch.chunks().stream().anyMatch(chunk -> touchesChunk(chunk.hash()));
    }

    private boolean touchesEntry(EntryId id) {
        return entries.containsKey(id) || removedEntries.contains(id);
    }

    private boolean touchesMetadata(String name) {
        return metadata.containsKey(name) || removedMetadata.contains(name);
    }

    private boolean touchesAgent(AgentId id) {
        return agents.containsKey(id) || removedAgents.contains(id);
    }

    private boolean touchesChunk(BlobHash hash) {
        return chunks.containsKey(hash) || removedChunks.contains(hash);
    }

    /** Answers all batches. */
    void committed(Set<EntryId> alreadyThere) {
        for (int i = 0; i < writes.size(); i++) {
            BitSet added = candidates.get(i);
            List<StoredEntry> of = writes.get(i).batch().entries();
            if (!alreadyThere.isEmpty()) {
                added.stream()
                        .filter(index -> alreadyThere.contains(of.get(index).id()))
                        .boxed()
                        .toList()
                        .forEach(added::clear);
            }
            writes.get(i).done().complete(Optional.of(added));
        }
    }

    /** A condition did not hold. */
    void refused() {
        writes.forEach(write -> write.done().complete(Optional.empty()));
    }

    void failed(Throwable failure) {
        writes.forEach(write -> write.done().completeExceptionally(failure));
    }
}
