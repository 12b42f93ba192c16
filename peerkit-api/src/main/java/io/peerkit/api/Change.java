// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import io.peerkit.api.gossip.EntryHeader;

/** What changed in a node's store because of a peer, told when it is durable. */
public sealed interface Change {
    /**
     * The entry that changed.
     *
     * @return its id
     */
    EntryId entry();

    /**
     * An entry of a peer is stored, with its payload or {@linkplain IntegrationVerdict#KEPT without}: it does not come to
     * {@link StorageHooks#onIntegrate} again.
     *
     * @param entry the entry
     * @param header what the author signed
     */
    record Integrated(EntryId entry, EntryHeader header) implements Change {}
}
