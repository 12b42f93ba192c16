// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import io.peerkit.api.Dropped;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.gossip.internal.entry.EntryCodec;

/**
 * Entries that were dropped and of which the application has not been told: collection {@code dropped-entry}, key the entry (32 bytes), value
 * its envelope. Written with the removal, so that no crash comes between.
 */
final class DropRecords {
    /** The collection. */
    static final String COLLECTION = "dropped-entry";

    private DropRecords() {}

    static StoredRecord of(StoredEntry entry) {
        return new StoredRecord(key(entry.id()), entry.envelope());
    }

    static RecordKey key(EntryId entry) {
        return RecordKey.of(COLLECTION, entry.toBytes());
    }

    static Dropped read(StoredRecord found) {
        try {
            return new Dropped(EntryId.of(found.key().key()), EntryCodec.headerOf(found.value()));
        } catch (InvalidBytesException e) {
            throw new StorageException("the store holds a damaged record of a dropped entry", e);
        }
    }
}
