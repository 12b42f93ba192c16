// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.storage.RecordKey;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.List;

/**
 * Makes the keys of one network's rows.
 *
 * @param name of the space
 */
record Space(String name) {
    RecordId id(String table, Object key) {
        return new RecordId(table, key(key));
    }

    List<Object> key(Object key) {
        return List.of(name, key);
    }

    List<Object> key(Object first, Object second) {
        return List.of(name, first, second);
    }

    RecordId id(String table, Object first, Object second) {
        return new RecordId(table, key(first, second));
    }

    RecordId record(RecordKey key) {
        return id(Tables.RECORD, key.collection(), key.key());
    }

    /** A journal's row: whose, of which lane and of which transaction there. */
    RecordId journal(byte[] owner, Object lane, long seq) {
        return new RecordId(Tables.JOURNAL, List.of(name, owner, lane, seq));
    }

    /** The space's own row. */
    RecordId row() {
        return new RecordId(Tables.SPACE, List.of(name));
    }
}
