// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.reconcile.EntrySnapshot;
import java.util.Optional;

/**
 * What one side of a session starts with.
 *
 * @param scope what is reconciled
 * @param set the entries of the scope, as they are at any time, to look up short ids in
 * @param snapshot of the set: what the session compares
 * @param cursor the key up to which an interrupted bulk session from this peer came
 * @param nonce chance; the initiator's counts for both
 * @param deep whether to ask for a look into equal fingerprints, or to grant it
 * @param byRanges whether to do without coded symbols, because they did not lead to all entries before
 * @param pending whether some of the snapshot is still on its way into the store
 */
public record SyncStart(
        SyncScope scope,
        EntrySet set,
        EntrySnapshot snapshot,
        Optional<EntryKey> cursor,
        long nonce,
        boolean deep,
        boolean byRanges,
        boolean pending) {
    /** With nothing on its way. */
    public SyncStart(
            SyncScope scope,
            EntrySet set,
            EntrySnapshot snapshot,
            Optional<EntryKey> cursor,
            long nonce,
            boolean deep,
            boolean byRanges) {
        this(scope, set, snapshot, cursor, nonce, deep, byRanges, false);
    }

    /** As it is without anything special. */
    public static SyncStart of(SyncScope scope, EntrySet set, EntrySnapshot snapshot, long nonce) {
        return new SyncStart(scope, set, snapshot, Optional.empty(), nonce, false, false);
    }
}
