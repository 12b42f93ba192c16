// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.storage.surreal.internal.session.Query;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Packs the statements of a transaction into as few queries as their bytes allow. */
final class TransactionBuilder {
    /** Where a query ends, in bytes of rows: leaves room in a frame for the largest row and for names. */
    static final long MAX_QUERY_BYTES = 2_621_440;

    private final Map<String, Object> common;
    private final List<Query> full = new ArrayList<>();
    private StringBuilder text = new StringBuilder();
    private Map<String, Object> variables;
    private long bytes;

    /**
     * Begins.
     *
     * @param common variables that every query has
     */
    TransactionBuilder(Map<String, Object> common) {
        this.common = common;
        variables = new LinkedHashMap<>(common);
    }

    /**
     * Adds statements.
     *
     * @param statements each ended by a semicolon
     */
    void add(String statements) {
        text.append(statements).append('\n');
    }

    /**
     * Adds a statement over rows, repeated where they do not fit in one query. Nothing when there are none.
     *
     * @param before the statement up to its rows
     * @param rows the rows
     * @param rowBytes about how many bytes a row has
     * @param after the rest of the statement
     */
    <T> void add(
            String before,
            List<T> rows,
            java.util.function.ToLongFunction<T> rowBytes,
            java.util.function.Function<T, Object> value,
            String after) {
        List<Object> part = new ArrayList<>();
        for (T row : rows) {
            long size = rowBytes.applyAsLong(row);
            if (bytes + size > MAX_QUERY_BYTES && bytes > 0) {
                close(before, part, after);
                part = new ArrayList<>();
                end();
            }
            part.add(value.apply(row));
            bytes += size;
        }
        close(before, part, after);
    }

    private void close(String before, List<Object> part, String after) {
        if (!part.isEmpty()) {
            String name = "p" + variables.size();
            variables.put(name, part);
            text.append(before).append('$').append(name).append(after).append(";\n");
        }
    }

    private void end() {
        full.add(new Query(text.toString(), variables));
        text = new StringBuilder();
        variables = new LinkedHashMap<>(common);
        bytes = 0;
    }

    /**
     * Ends the last query.
     *
     * @return all of them, without {@code BEGIN} and {@code COMMIT}
     */
    List<Query> build() {
        end();
        return full;
    }
}
