// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.BlobHash;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.gossip.archive.EntryChunks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Entries whose blob is a list of hashes have those chunks; others, of lengths that are no such list, have none. */
final class BlobChunks implements EntryChunks {
    static final String WANTED = "wanted";
    static final String USE = "use";

    private static List<BlobHash> names(StoredEntry entry) {
        byte[] blob = entry.blob().orElse(new byte[1]);
        List<BlobHash> names = new ArrayList<>();
        for (int at = 0; blob.length % 32 == 0 && at < blob.length; at += 32) {
            names.add(BlobHash.of(Arrays.copyOfRange(blob, at, at + 32)));
        }
        return names;
    }

    @Override
    public Iterator<BlobHash> of(StoredEntry entry, EntryHeader header, Function<BlobHash, Optional<byte[]>> chunk) {
        return names(entry).iterator();
    }

    @Override
    public Optional<StoredRecord> recordOf(StoredEntry entry, EntryHeader header) {
        return names(entry).isEmpty()
                ? Optional.empty()
                : Optional.of(new StoredRecord(
                        RecordKey.of(WANTED, entry.id().toBytes()),
                        entry.blobHash().toBytes()));
    }

    @Override
    public List<StoredRecord> recordsOf(BlobHash chunk, BlobHash owner) {
        byte[] key = Arrays.copyOf(chunk.toBytes(), 64);
        owner.copyTo(key, 32);
        return List.of(new StoredRecord(RecordKey.of(USE, key), new byte[0]));
    }
}
