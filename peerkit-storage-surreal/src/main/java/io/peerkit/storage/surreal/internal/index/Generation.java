// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Journals that are merged together.
 *
 * @param <R> names a journal's row
 */
public final class Generation<R> {
    private final PendingRecords records = new PendingRecords();
    private final List<Removal> removals = new ArrayList<>();
    private final List<R> journals = new ArrayList<>();

    Generation() {}

    void add(R row, byte[] journal) {
        Journal.unpack(journal, records, removals::add);
        journals.add(row);
    }

    PendingRecords records() {
        return records;
    }

    List<Removal> removals() {
        return removals;
    }

    int size() {
        return records.size() + removals.size();
    }

    /**
     * The rows that say what is in here.
     *
     * @return to be deleted when all of it is in buckets
     */
    public List<R> journals() {
        return Collections.unmodifiableList(journals);
    }
}
