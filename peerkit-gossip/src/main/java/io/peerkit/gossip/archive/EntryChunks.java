// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.archive;

import io.peerkit.api.BlobHash;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Which chunks belong to an entry, for an archive that holds them too, and what keeps them in the store that takes them in. */
public interface EntryChunks {
    /** The most records that {@link #recordsOf} gives. */
    int MAX_RECORDS_OF_CHUNK = 4;

    /**
     * Names the chunks of an entry, in an order that is the same each time.
     *
     * @param entry as stored
     * @param header the header in it
     * @param chunk gets a chunk from the store, for entries whose list of chunks lies in chunks itself; blocks
     * @return the names, read as they are needed, since there may be millions; a chunk that the store lacks is passed over
     */
    Iterator<BlobHash> of(StoredEntry entry, EntryHeader header, Function<BlobHash, Optional<byte[]>> chunk);

    /**
     * What an import writes with an entry that has chunks. Chunks may stand behind no other entry.
     *
     * @param entry about to be stored, proven
     * @param header the header in it
     * @return nothing when it has no chunks
     */
    Optional<StoredRecord> recordOf(StoredEntry entry, EntryHeader header);

    /**
     * What an import writes with a chunk.
     *
     * @param chunk its name
     * @param owner the blob hash of the entry that it stands behind
     * @return at most {@value #MAX_RECORDS_OF_CHUNK} records
     */
    List<StoredRecord> recordsOf(BlobHash chunk, BlobHash owner);
}
