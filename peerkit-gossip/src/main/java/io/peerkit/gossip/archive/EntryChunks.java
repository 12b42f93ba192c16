// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.archive;

import io.peerkit.api.BlobHash;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;
import java.util.Collections;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Function;

/** Names the chunks that belong to an entry, for an archive that should hold them too. */
public interface EntryChunks {
    /** No entry has chunks. */
    EntryChunks NONE = (entry, header, chunk) -> Collections.emptyIterator();

    /**
     * Names the chunks of an entry, in an order that is the same each time.
     *
     * @param entry as stored
     * @param header the header in it
     * @param chunk gets a chunk from the store, for entries whose list of chunks lies in chunks itself; blocks
     * @return the names, read as they are needed, since there may be millions; a chunk that the store lacks is passed over
     */
    Iterator<BlobHash> of(StoredEntry entry, EntryHeader header, Function<BlobHash, Optional<byte[]>> chunk);
}
