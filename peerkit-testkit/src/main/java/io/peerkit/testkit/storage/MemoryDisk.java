// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a {@link MemoryStorage} has made durable: outlives it and can be opened by the next one. Its own lock guards it. */
public final class MemoryDisk {
    private static final int ID_BYTES = 32;

    private final NavigableMap<EntryKey, StoredEntry> inOrder = new TreeMap<>();
    private final Map<EntryId, StoredEntry> byId = new HashMap<>();

    /** The first entry with each blob that is present; entries never go, so only an earlier one can take its place. */
    private final Map<BlobHash, StoredEntry> byBlob = new HashMap<>();

    private final Map<String, byte[]> metadata = new HashMap<>();
    private final Map<AgentId, AgentInfo> cards = new HashMap<>();
    private @Nullable MemoryStorage user;

    /** An empty disk. */
    public MemoryDisk() {}

    synchronized void attach(MemoryStorage storage) {
        if (user != null) {
            throw new StorageException("the store is open already");
        }
        user = storage;
    }

    synchronized void detach(MemoryStorage storage) {
        if (user == storage) {
            user = null;
        }
    }

    synchronized BitSet write(WriteBatch batch) {
        BitSet added = new BitSet(batch.entries().size());
        for (int i = 0; i < batch.entries().size(); i++) {
            if (add(batch.entries().get(i))) {
                added.set(i);
            }
        }
        batch.metadata().forEach((name, value) -> metadata.put(name, value.clone()));
        // Removals first: a batch that removes a card and sets one leaves the one it sets.
        batch.removedAgents().forEach(cards::remove);
        for (AgentInfo card : batch.agents()) {
            cards.merge(card.agentId(), card, (old, young) -> young.issuedAt().isAfter(old.issuedAt()) ? young : old);
        }
        return added;
    }

    private boolean add(StoredEntry entry) {
        if (byId.putIfAbsent(entry.id(), entry) != null) {
            return false;
        }
        inOrder.put(entry.key(), entry);
        if (entry.blob().isPresent()) {
            byBlob.merge(entry.blobHash(), entry, (a, b) -> a.key().compareTo(b.key()) < 0 ? a : b);
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
                bytes += size(entry);
                if (bytes > maxBytes) {
                    break;
                }
            }
        }
        return found;
    }

    synchronized Optional<StoredEntry> entryOfBlob(BlobHash hash) {
        return Optional.ofNullable(byBlob.get(hash));
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
            bytes += size(entry);
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

    private NavigableMap<EntryKey, StoredEntry> behind(Optional<EntryKey> after) {
        return after.map(key -> inOrder.tailMap(key, false)).orElse(inOrder);
    }

    private static long size(StoredEntry entry) {
        return entry.envelope().length
                + entry.blob().map(blob -> (long) blob.length).orElse(0L);
    }
}
