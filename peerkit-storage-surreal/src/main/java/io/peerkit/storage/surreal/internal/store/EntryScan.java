// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Reads a page of entries in order: first how long they are, then as many as fit into an answer, again and again. */
final class EntryScan {
    /** Keys and data of a range. */
    static final String ENTRIES =
            "SELECT VALUE [record::id(id)[1], data] FROM type::record('" + Tables.TIMELINE + "', %s) LIMIT %d";

    private static final String SIZES = "SELECT VALUE [record::id(id)[1], bytes::len(data)] FROM type::record('"
            + Tables.TIMELINE + "', $after>..$end) LIMIT %d";

    /** How many lengths are asked for at first, and at most: a page may end early, and the server reads whole rows. */
    private static final int FIRST_SIZES = 128;

    private static final int MOST_SIZES = 1_024;

    private final SurrealSession session;
    private final Space space;
    private final int limit;
    private final List<StoredEntry> found = new ArrayList<>();
    private int sizes = FIRST_SIZES;
    private long bytesLeft;
    private byte[] last;

    EntryScan(SurrealSession session, Space space, int limit, int maxBytes, byte[] after) {
        this.session = session;
        this.space = space;
        this.limit = limit;
        this.bytesLeft = maxBytes;
        this.last = after;
    }

    CompletableFuture<List<StoredEntry>> run() {
        int page = Math.min(sizes, limit - found.size());
        if (page == 0 || bytesLeft < 0) {
            return CompletableFuture.completedFuture(found);
        }
        sizes = Math.min(MOST_SIZES, 2 * sizes);
        return session.query(SIZES.formatted(page), range(StoredForm.behindAll()))
                .thenCompose(results -> {
                    List<?> rows = StoreReader.list(results.get(0));
                    return rows.isEmpty() ? CompletableFuture.completedFuture(found) : read(rows, 0);
                });
    }

    private Map<String, Object> range(byte[] end) {
        return Map.of("after", space.key(last), "end", space.key(end));
    }

    private CompletableFuture<List<StoredEntry>> read(List<?> rows, int from) {
        if (from == rows.size() || bytesLeft < 0) {
            return run();
        }
        int to = from;
        long bytes = 0;
        byte[] end = last;
        while (to < rows.size() && (to == from || bytes <= bytesLeft)) {
            List<?> row = StoreReader.list(rows.get(to));
            long size = StoreReader.number(row.get(1)) - StoredForm.HEAD_BYTES - Checksum.BYTES;
            if (to > from && bytes + size > StoreReader.ANSWER_BYTES) {
                break;
            }
            bytes += size;
            end = StoreReader.bytes(row.get(0));
            to++;
        }
        int count = to - from;
        int next = to;
        byte[] reached = end;
        return session.query(ENTRIES.formatted("$after>..=$end", count), range(end))
                .thenCompose(results -> {
                    List<StoredEntry> entries = entries(space, results.get(0));
                    entries.forEach(this::take);
                    if (entries.size() == count) {
                        // Others may have come in between, and those behind them not have fitted.
                        return Arrays.equals(last, reached) ? read(rows, next) : run();
                    }
                    last = reached;
                    return read(rows, next);
                });
    }

    private void take(StoredEntry entry) {
        byte[] key = StoredForm.key(entry.key());
        if (Arrays.compareUnsigned(last, key) >= 0) {
            throw new StorageException("the server gave the entries of a range out of order");
        }
        last = key;
        if (bytesLeft >= 0) {
            found.add(entry);
            bytesLeft -= entry.bytes();
        }
    }

    static List<StoredEntry> entries(Space space, Object result) {
        List<StoredEntry> entries = new ArrayList<>();
        for (Object row : StoreReader.list(result)) {
            List<?> fields = StoreReader.list(row);
            byte[] key = StoreReader.bytes(fields.get(0));
            byte[] data = Checksum.open(space.id(Tables.TIMELINE, key), StoreReader.bytes(fields.get(1)));
            entries.add(StoredForm.entry(StoredForm.key(key), data));
        }
        return entries;
    }
}
