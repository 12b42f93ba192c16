// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Lets an application look at entries before they are stored, and keep their payloads in its own tables.
 *
 * <p>A lambda is enough: {@code incoming -> IntegrationVerdict.ACCEPTED}. An application that answers later uses {@link
 * #answeringLater}; one that writes many entries in one transaction gives {@link #maxBatch} and {@link #onIntegrateAll}.
 *
 * <p>Called on the node's user executor, where calls may block. The entries of one author come in their order, the next one
 * when the one before is answered. Different authors do not wait for each other: up to {@link #maxConcurrency} calls
 * overlap, for different authors, so what they share must be safe for use by several threads. {@link #changed} is called one at a
 * time, beside the others. {@link #blob} may be called beside all others and beside itself.
 *
 * <p>An entry is pending until it is answered, for at most a deadline (30 s, see the settings of the node): then it is given up, and
 * comes again in a later round, as when the hook throws. The first time that is 1 s later or more, then 2 s, 4 s and so on
 * up to 10 minutes. An answer that comes too late counts for nothing. A call that does not return keeps its thread; while {@value
 * #MAX_STUCK} calls have not returned after their deadline, no others are made.
 *
 * <p>Entries of a kind that this version does not know, or with fields in their header that it does not know, are stored and
 * passed on whole, and not shown here. A later version that knows them shows them when it starts.
 */
@FunctionalInterface
public interface StorageHooks {
    /** How many authors' entries are looked at beside each other unless the application says otherwise. */
    int DEFAULT_CONCURRENCY = 4;

    /** The greatest answer of {@link #maxConcurrency} that counts. */
    int MAX_CONCURRENCY = 64;

    /** The greatest answer of {@link #maxBatch} that counts. */
    int MAX_BATCH = 1_024;

    /** While so many calls have not returned after their deadline, no others are made. */
    int MAX_STUCK = 4;

    /**
     * A peer sent an entry that this node does not have. The entry may come again when the process died between the call and
     * the end of storing it, the store failed, or the deadline passed: make the work idempotent by entry.
     *
     * <p>One of kind {@link io.peerkit.api.gossip.EntryHeader#KIND_LARGE_BLOB} carries the manifest of a large blob, which the
     * store keeps even when the answer is {@link IntegrationVerdict#KEPT}; when it is rejected, the blob is not fetched.
     *
     * <p>Where several processes {@linkplain io.peerkit.api.storage.Storage#isShared share} a store, the one that the entry reaches asks; two
     * ask only when it reaches them at the same moment.
     *
     * @param incoming the entry, checked
     * @return whether to keep it, and who does; when it throws, the entry is not stored, the failure is logged and told to
     *     {@link NodeListener#integrationFailed}, and the entry comes again in a later round
     */
    IntegrationVerdict onIntegrate(Incoming incoming);

    /**
     * Peers sent entries that this node does not have; for applications that write many in one transaction. They are in the
     * order of arrival, of one author or of several.
     *
     * <p>All or none: when it throws, nothing may have been done for any of them. Then they are asked again in smaller batches,
     * in the end alone, so that an entry which makes it throw harms none but itself; when a batch is not answered in time, each of
     * its entries is asked alone.
     *
     * @param batch entries as for {@link #onIntegrate}, 1 to {@link #maxBatch}
     * @return an answer for each, in their order; without an implementation those of {@link #onIntegrate}
     */
    default List<IntegrationVerdict> onIntegrateAll(List<Incoming> batch) {
        List<IntegrationVerdict> verdicts = new ArrayList<>(batch.size());
        for (Incoming incoming : batch) {
            verdicts.add(onIntegrate(incoming));
        }
        return verdicts;
    }

    /**
     * What the node calls: {@link #onIntegrateAll}, for applications that answer later.
     *
     * @param batch as there
     * @return completes with the answers, on any thread; a failure counts as an exception thrown by {@link #onIntegrateAll}
     */
    default CompletionStage<List<IntegrationVerdict>> integrate(List<Incoming> batch) {
        return CompletableFuture.completedFuture(onIntegrateAll(batch));
    }

    /**
     * How many entries one call takes at most. Asked once, before the node starts.
     *
     * @return 1 to {@value #MAX_BATCH}; 1 without an implementation. Entries do not wait for a batch to fill: those that came
     *     while the call before was under way go together
     */
    default int maxBatch() {
        return 1;
    }

    /**
     * How many calls for entries of different authors may be under way at a time. Asked once, before the node starts.
     *
     * @return 1 to {@value #MAX_CONCURRENCY}, {@value #DEFAULT_CONCURRENCY} without an implementation. With 1 no two calls
     *     overlap until one does not return before its deadline, and different authors wait for each other
     */
    default int maxConcurrency() {
        return DEFAULT_CONCURRENCY;
    }

    /**
     * Hooks that answer later, for applications that do not block.
     *
     * @param application is given an entry, as {@link #onIntegrate} is, and answers with a future that completes on any thread;
     *     it should return soon
     * @return the hooks
     */
    static StorageHooks answeringLater(Function<Incoming, ? extends CompletionStage<IntegrationVerdict>> application) {
        return new StorageHooks() {
            @Override
            public IntegrationVerdict onIntegrate(Incoming incoming) {
                return application.apply(incoming).toCompletableFuture().join();
            }

            @Override
            public CompletionStage<List<IntegrationVerdict>> integrate(List<Incoming> batch) {
                return application.apply(batch.get(0)).thenApply(List::of);
            }
        };
    }

    /**
     * A peer, or {@link PeerkitNode#get}, wants a blob that the node's store has not: one that the application
     * {@linkplain IntegrationVerdict#KEPT keeps}, or one that it declined or never had.
     *
     * <p>Up to two calls are under way at a time. What has not been answered 10 s after the node began to read what one peer
     * asked for, a page of up to 2,048 entries, counts as absent, until a later round asks again. While two calls do not
     * return, all further ones count as absent.
     *
     * @param hash names the blob
     * @return exactly its bytes, not changed by anyone any more, or nothing when the application does not have it; other bytes,
     *     and a failure, are logged once and treated as nothing. Without an implementation always nothing
     */
    default Optional<byte[]> blob(BlobHash hash) {
        return Optional.empty();
    }

    /**
     * Whether what this node publishes is left out of the store too. Asked once, before the node starts.
     *
     * @return true when the application gives {@linkplain #blob back} whatever it publishes, from the moment at which it publishes
     *     it; false without an implementation
     */
    default boolean keepsBlobs() {
        return false;
    }

    /**
     * An entry was deleted, by this node or another, or {@linkplain Removed.Reason#MISSED a closed epoch does not have it}: whatever the
     * application keeps of it has to go, its payload and all that was derived from it. Called one at a time, before the entry leaves the node's store, and again until it returns: make it
     * idempotent. Peers do not get the entry from this node any more.
     *
     * @param removed the entry; when this throws, it is logged, and called again some seconds later and at the next start
     */
    default void onRemove(Removed removed) {}

    /**
     * An entry has left this node's store because others hold it and the network's distribution strategy does not want it here. It was
     * not deleted: other agents show it, it may come back, and then {@link #onIntegrate} is called again. An application that {@linkplain
     * IntegrationVerdict#KEPT keeps} payloads may let go of this one; what it derived from it may stay. Called one at a time, again
     * until it returns, also after a restart: make it idempotent.
     *
     * @param dropped the entry; when this throws, it is logged, and called again at the next start
     */
    default void onDrop(Dropped dropped) {}

    /**
     * The store has committed a change that a peer caused. Not told again when the process dies before the call, nor in other processes that
     * share the store: those have {@link NodeListener#integrated}.
     *
     * @param change what changed; when it throws, the failure is logged
     */
    default void changed(Change change) {}
}
