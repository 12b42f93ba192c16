// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.BlobHash;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.value.Absent;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is read but entries. Ranges are read as {@code FROM type::record(table, from>..to) LIMIT n}, the one form that stops at the
 * limit; the order of what comes back is checked, so that a server that plans it otherwise cannot make a sync skip entries. What
 * could be large is asked for by size first and then in answers of about {@link #ANSWER_BYTES}.
 */
final class StoreReader {
    /** Where an answer with data ends, in bytes; it exceeds that by one item at most. */
    static final long ANSWER_BYTES = 2_097_152;

    private static final String RECORD_SIZES = "SELECT VALUE [record::id(id)[2], bytes::len(value)] FROM type::record('"
            + Tables.RECORD + "', $after>..$end) LIMIT %d";

    private static final String COUNT =
            "math::sum(SELECT VALUE entries FROM type::record('" + Tables.LANE + "', $from..$to))";

    private final SurrealSession session;
    private final Space space;

    StoreReader(SurrealSession session, Space space) {
        this.session = session;
        this.space = space;
    }

    CompletableFuture<Long> count() {
        return session.query(
                        "RETURN " + COUNT,
                        Map.of("from", space.key(new byte[0]), "to", space.key(StoredForm.behindAll())))
                .thenApply(results -> number(results.get(0)));
    }

    CompletableFuture<Optional<byte[]>> metadata(String name) {
        return one(space.id(Tables.METADATA, name), "value");
    }

    CompletableFuture<Optional<byte[]>> record(RecordKey key) {
        return one(space.record(key), "value");
    }

    private CompletableFuture<Optional<byte[]>> one(RecordId row, String field) {
        return session.query("RETURN $row." + field, Map.of("row", row))
                .thenApply(results -> Optional.ofNullable(Checksum.openOrNone(row, bytesOrNone(results.get(0)))));
    }

    CompletableFuture<List<byte[]>> agents(int limit) {
        return session.query(
                        KeyScan.PAGE.formatted(Tables.AGENT_ORDER, limit),
                        Map.of("after", space.key(new byte[0]), "end", space.key(StoredForm.behindAll())))
                .thenCompose(results -> {
                    List<byte[]> agents = list(results.get(0)).stream()
                            .map(place -> StoredForm.agentAt(bytes(place)))
                            .toList();
                    List<Long> sizes = agents.stream()
                            .map(agent -> (long) io.peerkit.api.agent.AgentInfo.MAX_BYTES)
                            .toList();
                    return inParts(agents, sizes, this::cards);
                });
    }

    private CompletableFuture<List<byte[]>> cards(List<byte[]> agents) {
        List<RecordId> rows =
                agents.stream().map(agent -> space.id(Tables.AGENT, agent)).toList();
        return session.query("RETURN [$rows.issued, $rows.card]", Map.of("rows", rows))
                .thenApply(results -> {
                    List<?> issued = sized(list(list(results.get(0)).get(0)), rows.size());
                    List<?> cards = sized(list(list(results.get(0)).get(1)), rows.size());
                    List<byte[]> found = new ArrayList<>(rows.size());
                    for (int i = 0; i < rows.size(); i++) {
                        byte[] card = bytesOrNone(cards.get(i));
                        if (card != null) {
                            found.add(Checksum.open(rows.get(i), card, number(issued.get(i))));
                        }
                    }
                    return found;
                });
    }

    CompletableFuture<List<StoredRecord>> records(String collection, Optional<byte[]> after, int limit, int maxBytes) {
        Map<String, Object> range = Map.of(
                "after", space.key(collection, after.orElse(new byte[0])),
                "end", space.key(collection, StoredForm.behindAll()));
        return session.query(RECORD_SIZES.formatted(limit), range).thenCompose(results -> {
            List<RecordKey> wanted = new ArrayList<>();
            List<Long> sizes = new ArrayList<>();
            long bytes = 0;
            byte[] last = after.orElse(new byte[0]);
            for (Object row : list(results.get(0))) {
                byte[] key = bytes(list(row).get(0));
                if (Arrays.compareUnsigned(last, key) >= 0) {
                    throw new StorageException("the server gave the keys of a range out of order");
                }
                last = key;
                if (bytes > maxBytes && !wanted.isEmpty()) {
                    break;
                }
                long size = number(list(row).get(1)) - Checksum.BYTES;
                wanted.add(RecordKey.of(collection, key));
                sizes.add(size);
                bytes += key.length + size;
            }
            return inParts(wanted, sizes, this::records);
        });
    }

    private CompletableFuture<List<StoredRecord>> records(List<RecordKey> keys) {
        List<RecordId> rows = keys.stream().map(space::record).toList();
        return values(rows, "value").thenApply(values -> {
            List<StoredRecord> found = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                byte[] value = values.get(i);
                if (value != null) {
                    found.add(new StoredRecord(keys.get(i), value));
                }
            }
            return found;
        });
    }

    CompletableFuture<BitSet> chunksPresent(List<BlobHash> hashes) {
        return chunkSizes(hashes).thenApply(sizes -> {
            BitSet present = new BitSet(hashes.size());
            for (int i = 0; i < sizes.size(); i++) {
                present.set(i, !(sizes.get(i) instanceof Absent));
            }
            return present;
        });
    }

    CompletableFuture<List<StoredChunk>> chunks(List<BlobHash> hashes, int maxBytes) {
        return chunkSizes(hashes).thenCompose(found -> {
            List<BlobHash> wanted = new ArrayList<>();
            List<Long> sizes = new ArrayList<>();
            long bytes = 0;
            for (int i = 0; i < hashes.size() && (wanted.isEmpty() || bytes <= maxBytes); i++) {
                if (!(found.get(i) instanceof Absent)) {
                    long size = number(found.get(i));
                    wanted.add(hashes.get(i));
                    sizes.add(size);
                    bytes += size;
                }
            }
            return inParts(wanted, sizes, this::chunks);
        });
    }

    private CompletableFuture<List<StoredChunk>> chunks(List<BlobHash> hashes) {
        List<RecordId> rows = hashes.stream()
                .map(hash -> space.id(Tables.CHUNK, hash.toBytes()))
                .toList();
        return values(rows, "data").thenApply(data -> {
            List<StoredChunk> found = new ArrayList<>();
            for (int i = 0; i < hashes.size(); i++) {
                byte[] bytes = data.get(i);
                if (bytes != null) {
                    found.add(new StoredChunk(hashes.get(i), bytes));
                }
            }
            return found;
        });
    }

    private CompletableFuture<List<?>> chunkSizes(List<BlobHash> hashes) {
        List<Object> rows = new ArrayList<>(hashes.size());
        hashes.forEach(hash -> rows.add(space.id(Tables.CHUNK, hash.toBytes())));
        return rows.isEmpty()
                ? CompletableFuture.completedFuture(List.of())
                : session.query("RETURN $rows.size", Map.of("rows", rows))
                        .thenApply(results -> sized(list(results.get(0)), rows.size()));
    }

    /** A value of many rows, in their order; null for rows that are not there. */
    CompletableFuture<List<byte @Nullable []>> values(List<RecordId> rows, String field) {
        return fields(rows, field).thenApply(stored -> {
            List<byte @Nullable []> values = new ArrayList<>(rows.size());
            for (int i = 0; i < rows.size(); i++) {
                values.add(Checksum.openOrNone(rows.get(i), stored.get(i)));
            }
            return values;
        });
    }

    /** Fields of many rows as they are stored, in their order; null for rows that are not there. */
    CompletableFuture<List<byte @Nullable []>> fields(List<RecordId> rows, String field) {
        if (rows.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        return session.query("RETURN $rows." + field, Map.of("rows", rows)).thenApply(results -> {
            List<byte @Nullable []> values = new ArrayList<>(rows.size());
            sized(list(results.get(0)), rows.size()).forEach(value -> values.add(bytesOrNone(value)));
            return values;
        });
    }

    /** Reads in parts of about {@link #ANSWER_BYTES}, one after the other. */
    static <K, V> CompletableFuture<List<V>> inParts(
            List<K> keys, List<Long> sizes, Function<List<K>, CompletableFuture<List<V>>> read) {
        CompletableFuture<List<V>> all = CompletableFuture.completedFuture(new ArrayList<>(keys.size()));
        int from = 0;
        while (from < keys.size()) {
            int to = from;
            long bytes = 0;
            while (to < keys.size() && (to == from || bytes + sizes.get(to) <= ANSWER_BYTES)) {
                bytes += sizes.get(to++);
            }
            List<K> part = keys.subList(from, to);
            all = all.thenCompose(sum -> read.apply(part).thenApply(found -> {
                sum.addAll(found);
                return sum;
            }));
            from = to;
        }
        return all;
    }

    static List<?> sized(List<?> values, int size) {
        if (values.size() != size) {
            throw new StorageException("the server gave " + values.size() + " values for " + size + " rows");
        }
        return values;
    }

    static List<?> list(Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new StorageException("the server gave no array where one was asked for");
    }

    static byte @Nullable [] bytesOrNone(@Nullable Object value) {
        return value instanceof byte[] bytes ? bytes : null;
    }

    static byte[] bytes(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        throw new StorageException("the server gave no bytes where some were asked for");
    }

    static long number(Object value) {
        if (value instanceof Long number) {
            return number;
        }
        throw new StorageException("the server gave no number where one was asked for");
    }
}
