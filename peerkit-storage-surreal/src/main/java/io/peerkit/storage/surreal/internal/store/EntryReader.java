// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.storage.surreal.internal.index.IndexPlace;
import io.peerkit.storage.surreal.internal.index.IndexRecord;
import io.peerkit.storage.surreal.internal.index.Journal;
import io.peerkit.storage.surreal.internal.index.Removal;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.value.Absent;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Reads entries: by key from their rows, by id and by blob with the help of the indexes. */
final class EntryReader {
    /** Ids looked up at a time: one answer of buckets. */
    private static final int PART_IDS = 256;

    /** Rows whose existence is asked for at a time. */
    private static final int PART_ROWS = 4_096;

    /** Entries of one time whose ids begin alike, at most; nobody makes more. */
    private static final int ALIKE = 4;

    private final SurrealSession session;
    private final Space space;
    private final StoreReader rows;
    private final EntryIndex index;

    EntryReader(SurrealSession session, Space space, StoreReader rows, EntryIndex index) {
        this.session = session;
        this.space = space;
        this.rows = rows;
        this.index = index;
    }

    private RecordId row(EntryKey key) {
        return space.id(Tables.TIMELINE, StoredForm.key(key));
    }

    /** Where an entry may be, and about how many bytes it has. */
    private record Candidate(EntryKey key, long bytes) {}

    CompletableFuture<KeyPage> keys(Optional<EntryKey> after, int limit) {
        return new KeyScan(session, space, limit, after.map(StoredForm::key).orElse(new byte[0])).next();
    }

    CompletableFuture<List<StoredEntry>> scan(Optional<EntryKey> after, int limit, int maxBytes) {
        return new EntryScan(
                        session,
                        space,
                        limit,
                        maxBytes,
                        after.map(StoredForm::key).orElse(new byte[0]))
                .run();
    }

    CompletableFuture<List<StoredEntry>> entries(List<EntryId> ids, int maxBytes) {
        return CompletableFuture.runAsync(() -> {}, session.thread())
                .thenCompose(onThread -> entries(ids, 0, maxBytes, new ArrayList<>()));
    }

    private CompletableFuture<List<StoredEntry>> entries(
            List<EntryId> ids, int from, long maxBytes, List<StoredEntry> found) {
        if (from == ids.size()) {
            return CompletableFuture.completedFuture(found);
        }
        List<EntryId> part = ids.subList(from, Math.min(ids.size(), from + PART_IDS));
        return index.ofIds(new LinkedHashSet<>(part)).thenCompose(records -> {
            List<Candidate> candidates = new ArrayList<>();
            for (EntryId id : part) {
                for (IndexRecord record : records.getOrDefault(id, List.of())) {
                    candidates.add(new Candidate(new EntryKey(record.place().time(), id), record.bytes()));
                }
            }
            return take(candidates, 0, maxBytes, found)
                    .thenCompose(left -> left < 0
                            ? CompletableFuture.completedFuture(found)
                            : entries(ids, from + part.size(), left, found));
        });
    }

    /** Adds those that are there; gives how many bytes more may be added, a negative number at the end. */
    private CompletableFuture<Long> take(List<Candidate> candidates, int from, long maxBytes, List<StoredEntry> found) {
        if (maxBytes < 0 || from == candidates.size()) {
            return CompletableFuture.completedFuture(maxBytes);
        }
        List<RecordId> part = new ArrayList<>();
        long bytes = 0;
        int to = from;
        while (to < candidates.size()
                && (to == from
                        || (bytes <= maxBytes && bytes + candidates.get(to).bytes() <= StoreReader.ANSWER_BYTES))) {
            bytes += candidates.get(to).bytes();
            part.add(row(candidates.get(to++).key()));
        }
        int end = to;
        return rows.values(part, "data").thenCompose(values -> {
            long left = maxBytes;
            for (int i = 0; i < values.size() && left >= 0; i++) {
                byte[] data = values.get(i);
                if (data != null) {
                    StoredEntry entry =
                            StoredForm.entry(candidates.get(from + i).key(), data);
                    found.add(entry);
                    left -= entry.bytes();
                }
            }
            return take(candidates, end, left, found);
        });
    }

    CompletableFuture<Optional<StoredEntry>> entryOfBlob(BlobHash hash) {
        return CompletableFuture.runAsync(() -> {}, session.thread())
                .thenCompose(onThread -> entryOfBlob(hash, Optional.empty()));
    }

    private CompletableFuture<Optional<StoredEntry>> entryOfBlob(BlobHash hash, Optional<IndexPlace> after) {
        return index.ofBlob(hash, after)
                .thenCompose(page -> firstOf(hash, page.records(), 0).thenCompose(found -> {
                    if (found.isPresent() || page.reached().isEmpty()) {
                        return CompletableFuture.completedFuture(found);
                    }
                    return entryOfBlob(hash, page.reached());
                }));
    }

    /** The first that is there with that blob; reads as many at a time as an answer should have bytes. */
    private CompletableFuture<Optional<StoredEntry>> firstOf(BlobHash hash, List<IndexRecord> records, int from) {
        if (from == records.size()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        StringBuilder text = new StringBuilder();
        Map<String, Object> variables = new HashMap<>();
        long bytes = 0;
        int to = from;
        while (to < records.size() && (to == from || bytes + records.get(to).bytes() <= StoreReader.ANSWER_BYTES)) {
            IndexPlace place = records.get(to).place();
            bytes += records.get(to).bytes();
            text.append(EntryScan.ENTRIES.formatted("$a" + to + "..$b" + to, ALIKE))
                    .append(";\n");
            variables.put("a" + to, space.key(StoredForm.keyBegin(place.time(), place.second())));
            variables.put("b" + to, space.key(StoredForm.keyEnd(place.time(), place.second())));
            to++;
        }
        int end = to;
        return session.query(text.toString(), variables).thenCompose(results -> {
            for (Object result : results) {
                for (StoredEntry entry : EntryScan.entries(space, result)) {
                    if (entry.blobHash().equals(hash) && entry.blob().isPresent()) {
                        return CompletableFuture.completedFuture(Optional.of(entry));
                    }
                }
            }
            return firstOf(hash, records, end);
        });
    }

    /**
     * Finds which of these are there, by their keys.
     *
     * @param entries any number
     * @param ids of further entries, whose keys are not known
     * @return those there, with what is needed to remove them
     */
    CompletableFuture<Map<EntryId, Removal>> there(Collection<StoredEntry> entries, Collection<EntryId> ids) {
        return index.ofIds(ids).thenCompose(records -> {
            // An id is there once, so the key that the index knows counts, whatever the entry to be written says.
            Map<EntryKey, Removal> candidates = new LinkedHashMap<>();
            for (StoredEntry entry : entries) {
                put(candidates, entry.key(), Journal.prefix(entry.blobHash()));
            }
            records.forEach((id, found) -> found.forEach(record -> put(
                    candidates,
                    new EntryKey(record.place().time(), id),
                    record.place().second())));
            List<Removal> all = List.copyOf(candidates.values());
            return StoreReader.inParts(
                            all,
                            all.stream()
                                    .map(each -> StoreReader.ANSWER_BYTES / PART_ROWS)
                                    .toList(),
                            this::present)
                    .thenApply(present -> {
                        Map<EntryId, Removal> there = new HashMap<>();
                        present.forEach(each -> there.put(each.entry().id(), each));
                        return there;
                    });
        });
    }

    private static void put(Map<EntryKey, Removal> candidates, EntryKey key, long blob) {
        candidates.put(key, new Removal(key, blob));
    }

    private CompletableFuture<List<Removal>> present(List<Removal> candidates) {
        List<RecordId> keys = candidates.stream().map(each -> row(each.entry())).toList();
        return session.query("RETURN $rows.id", Map.of("rows", keys)).thenApply(results -> {
            List<?> found = StoreReader.sized(StoreReader.list(results.get(0)), keys.size());
            List<Removal> present = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                if (!(found.get(i) instanceof Absent)) {
                    present.add(candidates.get(i));
                }
            }
            return present;
        });
    }
}
