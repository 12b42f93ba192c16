// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a {@link MemoryStorage} has made durable: outlives it and can be opened by the next one, or by several that {@linkplain
 * MemoryStorage#shared share} it. Its own lock guards it.
 */
public final class MemoryDisk {
    private static final int ID_BYTES = 32;

    /** The first key there can be. */
    private static final byte[] LEAST_KEY = {0};

    private final NavigableMap<EntryKey, StoredEntry> inOrder = new TreeMap<>();
    private final Map<EntryId, StoredEntry> byId = new HashMap<>();

    /** The entries with each blob that is present, the first in the order first. */
    private final Map<BlobHash, NavigableMap<EntryKey, StoredEntry>> byBlob = new HashMap<>();

    private final NavigableMap<String, byte[]> metadata = new TreeMap<>();
    private final NavigableMap<AgentId, AgentInfo> cards = new TreeMap<>();
    private final NavigableMap<RecordKey, byte[]> records = new TreeMap<>();
    /** How many records each collection has. */
    private final NavigableMap<String, Integer> collections = new TreeMap<>();

    private final NavigableMap<BlobHash, byte[]> chunks = new TreeMap<>();
    private final List<MemoryStorage> users = new ArrayList<>();

    /** An empty disk. */
    public MemoryDisk() {}

    /**
     * What is durable now, on a disk of its own, as a backup has it.
     *
     * @return a copy that nobody has open
     */
    public synchronized MemoryDisk copy() {
        MemoryDisk copy = new MemoryDisk();
        copy.inOrder.putAll(inOrder);
        copy.byId.putAll(byId);
        byBlob.forEach((hash, entries) -> copy.byBlob.put(hash, new TreeMap<>(entries)));
        copy.metadata.putAll(metadata);
        copy.cards.putAll(cards);
        copy.records.putAll(records);
        copy.collections.putAll(collections);
        copy.chunks.putAll(chunks);
        return copy;
    }

    synchronized void attach(MemoryStorage storage) {
        if (!users.isEmpty() && !(storage.isShared() && users.get(0).isShared())) {
            throw new StorageException("the store is open already");
        }
        users.add(storage);
    }

    synchronized void detach(MemoryStorage storage) {
        users.remove(storage);
    }

    /**
     * Writes a batch, and lets the others hear of it in the order of the commits. Gives nothing, and writes nothing, when a condition does
     * not hold.
     */
    synchronized Optional<BitSet> write(List<RecordCondition> conditions, WriteBatch batch, MemoryStorage writer) {
        for (RecordCondition condition : conditions) {
            if (!condition.holdsFor(record(condition.key()))) {
                return Optional.empty();
            }
        }
        List<EntryKey> gone = users.size() > 1 ? keysOf(batch.removedEntries()) : List.of();
        BitSet added = write(batch);
        if (users.size() > 1 && (!gone.isEmpty() || !added.isEmpty())) {
            List<EntryKey> came = added.stream()
                    .mapToObj(index -> batch.entries().get(index).key())
                    .toList();
            users.stream().filter(user -> user != writer).forEach(user -> user.hear(came, gone));
        }
        return Optional.of(added);
    }

    private List<EntryKey> keysOf(List<EntryId> ids) {
        List<EntryKey> keys = new ArrayList<>();
        for (EntryId id : new LinkedHashSet<>(ids)) {
            StoredEntry entry = byId.get(id);
            if (entry != null) {
                keys.add(entry.key());
            }
        }
        return keys;
    }

    private BitSet write(WriteBatch batch) {
        batch.removedEntries().forEach(this::remove);
        BitSet added = new BitSet(batch.entries().size());
        for (int i = 0; i < batch.entries().size(); i++) {
            if (add(batch.entries().get(i))) {
                added.set(i);
            }
        }
        batch.removedMetadata().forEach(metadata::remove);
        batch.metadata().forEach((name, value) -> metadata.put(name, value.clone()));
        batch.removedAgents().forEach(cards::remove);
        for (AgentInfo card : batch.agents()) {
            cards.merge(card.agentId(), card, (old, young) -> young.issuedAt().isAfter(old.issuedAt()) ? young : old);
        }
        batch.removedRecords().forEach(this::remove);
        batch.records().forEach(this::put);
        batch.removedChunks().forEach(chunks::remove);
        batch.chunks()
                .forEach(chunk -> chunks.putIfAbsent(chunk.hash(), chunk.bytes().clone()));
        return added;
    }

    private void remove(EntryId id) {
        StoredEntry entry = byId.remove(id);
        if (entry == null) {
            return;
        }
        inOrder.remove(entry.key());
        byBlob.computeIfPresent(entry.blobHash(), (hash, those) -> {
            those.remove(entry.key());
            return those.isEmpty() ? null : those;
        });
    }

    private void remove(RecordKey key) {
        if (records.remove(key) != null) {
            collections.computeIfPresent(key.collection(), (name, count) -> count == 1 ? null : count - 1);
        }
    }

    private void put(StoredRecord set) {
        if (records.put(set.key(), set.value().clone()) == null) {
            collections.merge(set.key().collection(), 1, Integer::sum);
        }
    }

    private boolean add(StoredEntry entry) {
        if (byId.putIfAbsent(entry.id(), entry) != null) {
            return false;
        }
        inOrder.put(entry.key(), entry);
        if (entry.blob().isPresent()) {
            byBlob.computeIfAbsent(entry.blobHash(), hash -> new TreeMap<>()).put(entry.key(), entry);
        }
        return true;
    }

    synchronized List<StoredEntry> entries(List<EntryId> ids, int maxBytes) {
        List<StoredEntry> found = new ArrayList<>();
        long bytes = 0;
        for (EntryId id : ids) {
            StoredEntry entry = byId.get(id);
            if (entry != null) {
                found.add(entry);
                bytes += entry.bytes();
                if (bytes > maxBytes) {
                    break;
                }
            }
        }
        return found;
    }

    synchronized Optional<StoredEntry> entryOfBlob(BlobHash hash) {
        return Optional.ofNullable(byBlob.get(hash))
                .map(those -> those.firstEntry().getValue());
    }

    synchronized KeyPage keys(Optional<EntryKey> after, int limit) {
        List<EntryKey> page = behind(after).keySet().stream().limit(limit).toList();
        long[] times = new long[page.size()];
        byte[] ids = new byte[ID_BYTES * page.size()];
        for (int i = 0; i < page.size(); i++) {
            times[i] = page.get(i).time();
            page.get(i).id().copyTo(ids, ID_BYTES * i);
        }
        return new KeyPage(times, ids);
    }

    synchronized List<StoredEntry> scan(Optional<EntryKey> after, int limit, int maxBytes) {
        List<StoredEntry> found = new ArrayList<>();
        long bytes = 0;
        Iterator<StoredEntry> rest = behind(after).values().iterator();
        while (rest.hasNext() && found.size() < limit && (found.isEmpty() || bytes <= maxBytes)) {
            StoredEntry entry = rest.next();
            found.add(entry);
            bytes += entry.bytes();
        }
        return found;
    }

    synchronized long count() {
        return byId.size();
    }

    synchronized Optional<byte[]> metadata(String name) {
        return Optional.ofNullable(metadata.get(name)).map(byte[]::clone);
    }

    synchronized List<byte[]> agents(int limit) {
        return cards.values().stream()
                .sorted(Comparator.comparing(AgentInfo::issuedAt).reversed().thenComparing(AgentInfo::agentId))
                .limit(limit)
                .map(AgentInfo::encoded)
                .toList();
    }

    synchronized List<String> metadataNames(Optional<String> after, int limit) {
        return behind(metadata, after).keySet().stream().limit(limit).toList();
    }

    synchronized List<StoredCard> cards(Optional<AgentId> after, int limit) {
        return behind(cards, after).values().stream()
                .limit(limit)
                .map(card -> new StoredCard(card.agentId(), card.issuedAt(), card.encoded()))
                .toList();
    }

    synchronized List<String> collections(Optional<String> after, int limit) {
        return behind(collections, after).keySet().stream().limit(limit).toList();
    }

    synchronized List<BlobHash> chunkHashes(Optional<BlobHash> after, int limit) {
        return behind(chunks, after).keySet().stream().limit(limit).toList();
    }

    private static <K, V> NavigableMap<K, V> behind(NavigableMap<K, V> map, Optional<K> after) {
        return after.map(key -> map.tailMap(key, false)).orElse(map);
    }

    synchronized Optional<byte[]> record(RecordKey key) {
        return Optional.ofNullable(records.get(key)).map(byte[]::clone);
    }

    synchronized List<StoredRecord> records(String collection, Optional<byte[]> after, int limit, int maxBytes) {
        List<StoredRecord> found = new ArrayList<>();
        long bytes = 0;
        Iterator<Map.Entry<RecordKey, byte[]>> rest =
                behind(collection, after).entrySet().iterator();
        while (rest.hasNext() && found.size() < limit && (found.isEmpty() || bytes <= maxBytes)) {
            Map.Entry<RecordKey, byte[]> next = rest.next();
            if (!next.getKey().collection().equals(collection)) {
                break;
            }
            found.add(new StoredRecord(next.getKey(), next.getValue().clone()));
            bytes += next.getKey().key().length + next.getValue().length;
        }
        return found;
    }

    private NavigableMap<RecordKey, byte[]> behind(String collection, Optional<byte[]> after) {
        return after.filter(key -> key.length > 0)
                .map(key -> records.tailMap(RecordKey.of(collection, key), false))
                .orElseGet(() -> records.tailMap(RecordKey.of(collection, LEAST_KEY), true));
    }

    synchronized BitSet chunksPresent(List<BlobHash> hashes) {
        BitSet present = new BitSet(hashes.size());
        for (int i = 0; i < hashes.size(); i++) {
            present.set(i, chunks.containsKey(hashes.get(i)));
        }
        return present;
    }

    synchronized List<StoredChunk> chunks(List<BlobHash> hashes, int maxBytes) {
        List<StoredChunk> found = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; i < hashes.size() && (found.isEmpty() || bytes <= maxBytes); i++) {
            byte[] chunk = chunks.get(hashes.get(i));
            if (chunk != null) {
                found.add(new StoredChunk(hashes.get(i), chunk.clone()));
                bytes += chunk.length;
            }
        }
        return found;
    }

    private NavigableMap<EntryKey, StoredEntry> behind(Optional<EntryKey> after) {
        return after.map(key -> inOrder.tailMap(key, false)).orElse(inOrder);
    }
}
