// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import java.util.Optional;

/**
 * Lets an application look at entries before they are stored, and keep their payloads in its own tables.
 *
 * <p>Called on the node's user executor. {@link #onIntegrate} and {@link #changed} are called one at a time, in the order of
 * arrival, and may block; meanwhile no other entry of a peer is integrated. {@link #blob} may be called beside them and
 * beside itself.
 */
@FunctionalInterface
public interface StorageHooks {
    /**
     * A peer sent an entry that this node does not have. The entry may come again when the process died between the call and
     * the end of storing it, or the store failed: make the work idempotent by entry.
     *
     * <p>One of kind {@link io.peerkit.api.gossip.EntryHeader#KIND_LARGE_BLOB} carries the manifest of a large blob, which the
     * store keeps even when the answer is {@link IntegrationVerdict#KEPT}; when it is rejected, the blob is not fetched.
     *
     * <p>Where several processes {@linkplain io.peerkit.api.storage.Storage#isShared share} a store, the one that the entry reaches asks; two
     * ask only when it reaches them at the same moment.
     *
     * @param incoming the entry, checked
     * @return whether to keep it, and who does; when it throws, the entry is not stored, the failure is logged, and the entry
     *     comes again in a later round
     */
    IntegrationVerdict onIntegrate(Incoming incoming);

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
     * The store has committed a change that a peer caused. Not told again when the process dies before the call, nor in other processes that
     * share the store: those have {@link NodeListener#integrated}.
     *
     * @param change what changed; when it throws, the failure is logged
     */
    default void changed(Change change) {}
}
