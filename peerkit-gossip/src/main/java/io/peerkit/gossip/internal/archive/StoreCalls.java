// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.archive;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.StorageException;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.internal.entry.EntryCodec;
import io.peerkit.gossip.internal.entry.EntryKeys;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waits for a store: export and import run on a thread of the caller's and go at the pace of the disk. */
final class StoreCalls {
    private StoreCalls() {}

    /**
     * Waits.
     *
     * @throws PeerkitException as the store said it
     */
    static <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PeerkitException known) {
                throw known;
            }
            throw e;
        }
    }

    /**
     * Reads the header of a stored entry.
     *
     * @throws StorageException when it is none
     */
    static EntryHeader header(StoredEntry entry) {
        try {
            return EntryCodec.headerOf(entry.envelope());
        } catch (InvalidBytesException e) {
            throw new StorageException("the store is damaged: entry " + entry.id() + ": " + e.getMessage(), e);
        }
    }

    static EntryKey key(KeyPage page, int index) {
        return new EntryKey(page.times()[index], EntryKeys.id(page.ids(), index * EntryKeys.ID_BYTES));
    }
}
