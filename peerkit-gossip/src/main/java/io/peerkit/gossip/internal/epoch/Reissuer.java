// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.EntryId;
import io.peerkit.api.Removed;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.internal.entry.EntryCodec;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Issues anew what adoptions left to be: own entries and own deletes that no snapshot had. Each goes into the store in one write with
 * the removal of what it replaces and of the record that asked for it, so a crash neither loses nor doubles it. Belongs to the node
 * loop.
 */
final class Reissuer {
    private static final int PAGE_ENTRIES = 64;
    private static final int PAGE_BYTES = 4 * 1_048_576;

    /** After so many ticks what failed is tried again. */
    private static final int RETRY_TICKS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(Reissuer.class);

    private final Epochs epochs;
    private final Storage served;
    private final EpochKeeper.Publishing publishing;
    private boolean busy;
    private boolean again;
    private int ticks;

    /**
     * @param served has the blobs, from the application where it keeps them
     */
    Reissuer(Epochs epochs, Storage served, EpochKeeper.Publishing publishing) {
        this.epochs = epochs;
        this.served = served;
        this.publishing = publishing;
    }

    /** There may be something to issue anew. */
    void start() {
        if (busy) {
            again = true;
            return;
        }
        busy = true;
        again = false;
        then(deletes(Optional.empty()).thenCompose(done -> entries(Optional.empty())), done -> ended(), reason -> {
            LOG.debug("could not issue entries anew; tried again later", reason);
            again = true;
            busy = false;
        });
    }

    private void ended() {
        busy = false;
        if (again) {
            start();
        }
    }

    /** Time passes; called every second or so. */
    void tick() {
        if (++ticks % RETRY_TICKS == 0 && again && !busy) {
            start();
        }
    }

    private <T> void then(CompletableFuture<T> future, Consumer<T> done, Consumer<Throwable> failed) {
        LoopHop.then(epochs.parts().loop(), future, done, failed);
    }

    private CompletableFuture<Void> deletes(Optional<byte[]> after) {
        return epochs.store()
                .pending(EpochRecords.REDELETE, after, EntryHeader.MAX_LINKS)
                .thenCompose(found -> {
                    if (found.isEmpty()) {
                        return CompletableFuture.completedFuture(null);
                    }
                    List<EntryId> targets = found.stream()
                            .map(record -> EntryId.of(record.key().key()))
                            .toList();
                    return publishing
                            .deletes(
                                    targets,
                                    found.stream().map(StoredRecord::key).toList())
                            .thenCompose(done -> deletes(last(found)));
                });
    }

    private static Optional<byte[]> last(List<StoredRecord> found) {
        return Optional.of(found.get(found.size() - 1).key().key());
    }

    private CompletableFuture<Void> entries(Optional<byte[]> after) {
        return epochs.store().pending(EpochRecords.REISSUE, after, PAGE_ENTRIES).thenCompose(found -> {
            if (found.isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            List<EntryKey> keys = found.stream().map(EpochRecords::readEntry).toList();
            return page(keys).thenCompose(done -> entries(last(found)));
        });
    }

    private CompletableFuture<Void> page(List<EntryKey> keys) {
        if (keys.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return served.entries(keys.stream().map(EntryKey::id).toList(), PAGE_BYTES)
                .thenComposeAsync(found -> page(keys, found), epochs.parts().loop());
    }

    private CompletableFuture<Void> page(List<EntryKey> keys, List<StoredEntry> found) {
        if (found.isEmpty()) {
            return gone(keys);
        }
        List<Again> anew = new ArrayList<>();
        List<EntryRemover.Leaving> deleted = new ArrayList<>();
        for (StoredEntry entry : found) {
            EntryHeader header = EntryCodec.headerOf(entry.envelope());
            if (epochs.ledger().isDeleted(entry.id(), header.author())) {
                deleted.add(new EntryRemover.Leaving(entry.key(), Removed.Reason.DELETED));
            } else if (entry.blob().isPresent()) {
                anew.add(new Again(
                        entry.id(), header, entry.blob().orElseThrow(), EpochRecords.reissueKey(entry.key())));
            } else {
                LOG.debug(
                        "the application does not give the blob of entry {}; issued anew after the next start",
                        entry.id());
            }
        }
        List<EntryId> seen = found.stream().map(StoredEntry::id).toList();
        List<EntryKey> left =
                keys.stream().filter(key -> !seen.contains(key.id())).toList();
        return leave(deleted).thenCompose(done -> issue(anew)).thenCompose(done -> page(left));
    }

    private CompletableFuture<Void> issue(List<Again> entries) {
        if (entries.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return publishing.again(entries).thenAccept(published -> {
            List<EntryId> firsts = entries.stream().map(Again::first).toList();
            for (int i = 0; i < firsts.size(); i++) {
                epochs.names().add(firsts.get(i), published.get(i).entry());
            }
            epochs.parts().tasks().execute(() -> {
                for (int i = 0; i < firsts.size(); i++) {
                    epochs.parts()
                            .listener()
                            .reissued(firsts.get(i), published.get(i).entry());
                }
            });
        });
    }

    /** What was deleted while it waited goes instead. */
    private CompletableFuture<Void> leave(List<EntryRemover.Leaving> deleted) {
        if (deleted.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        WriteBatch.Builder batch = WriteBatch.builder();
        for (EntryRemover.Leaving entry : deleted) {
            batch.records(List.of(EpochRecords.leaving(entry.key(), entry.reason())))
                    .removeRecords(List.of(EpochRecords.reissueKey(entry.key())));
        }
        return write(batch).thenAccept(done -> {
            CompletableFuture<Void> unused = epochs.remover().leave(deleted);
        });
    }

    private CompletableFuture<Void> gone(List<EntryKey> keys) {
        return write(WriteBatch.builder()
                .removeRecords(keys.stream().map(EpochRecords::reissueKey).toList()));
    }

    private CompletableFuture<Void> write(WriteBatch.Builder batch) {
        return epochs.parts()
                .storage()
                .write(batch.build())
                .thenApplyAsync(done -> null, epochs.parts().loop());
    }
}
