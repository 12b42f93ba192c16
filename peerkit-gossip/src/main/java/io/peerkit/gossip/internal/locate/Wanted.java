// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;

/** What is looked for among peers. */
public sealed interface Wanted {
    /**
     * A content.
     *
     * @param hash of the whole of it, however large
     */
    record Blob(BlobHash hash) implements Wanted {}

    /**
     * An entry.
     *
     * @param id names it
     */
    record Entry(EntryId id) implements Wanted {}
}
