// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.AgentId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.epoch.Epochs;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the headers of authors who are no longer blocked, so that peers offer the entries again. Belongs to the node loop.
 */
public final class BlockedEntries {
    /** The most headers removed with one batch. */
    private static final int PAGE = 1_024;

    private static final int ID_BYTES = 32;
    private static final Logger LOG = LoggerFactory.getLogger(BlockedEntries.class);

    private final NodeLoop loop;
    private final Storage storage;
    private final EntrySet set;
    private final Epochs epochs;

    /**
     * @param set loses what is removed
     * @param epochs learn that it may come again
     */
    public BlockedEntries(NodeLoop loop, Storage storage, EntrySet set, Epochs epochs) {
        this.loop = loop;
        this.storage = storage;
        this.set = set;
        this.epochs = epochs;
    }

    /** Removes an author's headers that were stored while it was blocked. */
    public void remove(AgentId author, CompletableFuture<Void> removed) {
        LoopHop.then(
                loop,
                storage.records(SideRecords.BLOCKED, Optional.of(author.toBytes()), PAGE, Integer.MAX_VALUE),
                found -> remove(author, found, removed),
                removed::completeExceptionally);
    }

    private void remove(AgentId author, List<StoredRecord> found, CompletableFuture<Void> removed) {
        List<StoredRecord> own = found.stream()
                .filter(each -> SideRecords.author(each).equals(author))
                .toList();
        if (own.isEmpty()) {
            removed.complete(null);
            return;
        }
        List<EntryKey> keys = own.stream().map(SideRecords::entry).toList();
        List<RecordKey> records = own.stream().map(StoredRecord::key).toList();
        WriteBatch.Builder batch = WriteBatch.builder()
                .removeEntries(keys.stream().map(EntryKey::id).toList())
                .removeRecords(records);
        epochs.addDropped(batch, keys);
        LoopHop.then(
                loop,
                storage.write(batch.build()),
                done -> {
                    epochs.dropped(keys);
                    keys.forEach(key -> set.remove(key.time(), key.id().toBytes(), 0));
                    remove(author, removed);
                },
                removed::completeExceptionally);
    }

    /** Goes on with what a crash left: removes the headers of all who are not blocked. */
    public void cleanUp(Predicate<AgentId> blocked) {
        cleanUp(blocked, Optional.empty());
    }

    private void cleanUp(Predicate<AgentId> blocked, Optional<byte[]> after) {
        LoopHop.then(
                loop,
                storage.records(SideRecords.BLOCKED, after, 1, 1),
                found -> {
                    if (found.isEmpty()) {
                        return;
                    }
                    AgentId author = SideRecords.author(found.get(0));
                    CompletableFuture<Void> removed = new CompletableFuture<>();
                    if (blocked.test(author)) {
                        removed.complete(null);
                    } else {
                        remove(author, removed);
                    }
                    LoopHop.then(
                            loop,
                            removed,
                            done -> cleanUp(blocked, Optional.of(behind(author))),
                            BlockedEntries::failed);
                },
                BlockedEntries::failed);
    }

    /** A key behind all of an author. */
    private static byte[] behind(AgentId author) {
        byte[] key = Arrays.copyOf(author.toBytes(), 3 * ID_BYTES);
        Arrays.fill(key, ID_BYTES, key.length, (byte) 0xff);
        return key;
    }

    private static void failed(Throwable reason) {
        LOG.debug("headers of authors who are no longer blocked are removed at the next start", reason);
    }
}
