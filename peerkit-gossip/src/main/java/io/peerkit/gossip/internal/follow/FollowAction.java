// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.follow;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import java.util.List;
import java.util.Optional;

/** What a {@link SetFollower} wants done. */
sealed interface FollowAction {
    /**
     * Read a page of keys from the store and give it to {@link SetFollower#keysRead}.
     *
     * @param after the key behind which to begin
     */
    record ReadKeys(Optional<EntryKey> after) implements FollowAction {}

    /**
     * Ask the store which entries are there and give them to {@link SetFollower#lookedUp}.
     *
     * @param ids at most {@link SetFollower#MAX_LOOK}
     */
    record LookFor(List<EntryId> ids) implements FollowAction {}

    /**
     * Tell the application of entries that others wrote, and {@link SetFollower#told} when it has taken all of them.
     *
     * @param keys of the entries, which are in the set
     */
    record Tell(List<EntryKey> keys) implements FollowAction {}
}
