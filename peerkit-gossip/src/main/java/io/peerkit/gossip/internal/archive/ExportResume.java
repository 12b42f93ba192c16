// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.archive;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.archive.ArchiveSummary;
import io.peerkit.gossip.internal.entry.EntryCodec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * Where an export that was cut goes on: behind the last section that is whole and still says what the store holds. Entries
 * that came with an older time, or went, since the cut make it go back to before them.
 *
 * @param total what stands up to there
 * @param digest of the file up to there
 * @param last the last entry up to there
 * @param chunksDone how many of its chunks were looked at
 */
record ExportResume(ArchiveSummary total, MessageDigest digest, Optional<StoredEntry> last, long chunksDone) {
    /**
     * Reads what is there of a file.
     *
     * @param recent is told of the chunks in it
     * @return nothing when the file has to begin anew
     */
    static Optional<ExportResume> read(FileChannel file, Storage storage, NetworkId network, RecentChunks recent)
            throws IOException {
        if (file.size() == 0) {
            return Optional.empty();
        }
        try {
            ArchiveReader reader = new ArchiveReader(file.position(0));
            return reader.network().equals(network)
                    ? Optional.of(read(reader, new KeyWalk(storage, network), recent))
                    : Optional.empty();
        } catch (InvalidBytesException e) {
            return Optional.empty();
        }
    }

    private static ExportResume read(ArchiveReader reader, KeyWalk store, RecentChunks recent) throws IOException {
        ExportResume good = new ExportResume(reader.total(), reader.digest(), Optional.empty(), 0);
        try {
            for (Optional<ArchiveReader.Section> section = reader.next();
                    section.isPresent();
                    section = reader.next()) {
                Optional<StoredEntry> last = good.last();
                for (ArchiveReader.Placed item : section.get().items()) {
                    if (item.frame() instanceof ArchiveFrame.Entry entry) {
                        StoredEntry stored = stored(entry);
                        if (!store.isNext(stored.key())) {
                            return good;
                        }
                        last = Optional.of(stored);
                    }
                }
                for (ArchiveReader.Placed item : section.get().items()) {
                    if (item.frame() instanceof ArchiveFrame.Chunk chunk) {
                        recent.add(BlobHash.ofBlob(chunk.bytes()));
                    }
                }
                good = new ExportResume(
                        section.get().total(),
                        reader.digest(),
                        last,
                        section.get().chunksDone());
            }
        } catch (InvalidBytesException e) {
            // Damaged from here on: what follows is written again.
        }
        return good;
    }

    private static StoredEntry stored(ArchiveFrame.Entry entry) {
        EntryHeader header = EntryCodec.headerOf(entry.envelope());
        EntryId id = EntryId.ofHeader(EntryCodec.encodeHeader(header));
        return new StoredEntry(id, header.time(), header.blobHash(), entry.envelope(), entry.blob());
    }

    /** The keys of a store's entries of one network, in order. */
    private static final class KeyWalk {
        private final Storage storage;
        private final NetworkId network;
        private KeyPage page = new KeyPage(new long[0], new byte[0]);
        private int at;
        private Optional<EntryKey> before = Optional.empty();

        KeyWalk(Storage storage, NetworkId network) {
            this.storage = storage;
            this.network = network;
        }

        /** Whether a key is the next one. */
        boolean isNext(EntryKey wanted) {
            while (fill()) {
                EntryKey key = StoreCalls.key(page, at);
                at++;
                before = Optional.of(key);
                if (key.equals(wanted)) {
                    return true;
                }
                if (key.compareTo(wanted) > 0 || isOfNetwork(key)) {
                    return false;
                }
            }
            return false;
        }

        private boolean fill() {
            if (at == page.size()) {
                page = StoreCalls.await(storage.keys(before, KeyPage.MAX_KEYS));
                at = 0;
            }
            return page.size() > 0;
        }

        private boolean isOfNetwork(EntryKey key) {
            List<StoredEntry> found = StoreCalls.await(storage.entries(List.of(key.id()), 1));
            return !found.isEmpty() && StoreCalls.header(found.get(0)).network().equals(network);
        }
    }
}
