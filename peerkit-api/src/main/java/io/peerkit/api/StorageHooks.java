// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/**
 * Lets an application look at entries before they are stored, and put them into its own tables.
 *
 * <p>Called on the node's user executor, one entry at a time, in the order of arrival; it may block. An entry may come
 * again when the process died between the call and the end of storing it: make the work idempotent by entry.
 */
@FunctionalInterface
public interface StorageHooks {
    /**
     * A peer sent an entry that this node does not have. One of kind {@link
     * io.peerkit.api.gossip.EntryHeader#KIND_LARGE_BLOB} carries the manifest of a large blob; when it is rejected, the blob is
     * not fetched.
     *
     * @param incoming the entry, checked
     * @return whether to keep it; when it throws, the entry is not stored, the failure is logged, and the entry comes
     *     again in a later round
     */
    IntegrationVerdict onIntegrate(Incoming incoming);
}
