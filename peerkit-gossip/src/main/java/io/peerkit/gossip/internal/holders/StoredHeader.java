// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.internal.entry.EntryCodec;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads headers of entries in the store, where nothing but damage of the disk makes them unreadable. */
final class StoredHeader {
    private static final Logger LOG = LoggerFactory.getLogger(StoredHeader.class);

    private StoredHeader() {}

    /** The header; nothing, and a line in the log, when it is damaged. */
    static Optional<EntryHeader> of(StoredEntry entry) {
        try {
            return Optional.of(EntryCodec.headerOf(entry.envelope()));
        } catch (InvalidBytesException e) {
            LOG.error("entry {} in the store is damaged", entry.id(), e);
            return Optional.empty();
        }
    }
}
