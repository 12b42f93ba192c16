// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.reconcile.EntrySnapshot;
import io.peerkit.gossip.internal.reconcile.EntryView;
import io.peerkit.gossip.internal.reconcile.IndexRanges;
import java.util.List;
import java.util.Optional;

/** What a session's driver does for its state machine. */
public sealed interface SyncAction {
    /** Sends a short frame at once. */
    record Send(SyncFrame frame) implements SyncAction {}

    /** Sends more than a frame, behind earlier pieces, as fast as the peer takes it. */
    record Feed(Piece piece) implements SyncAction {}

    /** Verifies and stores entries. */
    record Take(List<WireEntry> entries) implements SyncAction {}

    /**
     * Sums up a snapshot for a deep check, a slice at a time, and tells {@link SyncMachine#checked}.
     *
     * @param snapshot of a set with a key
     * @param nonce of the session
     */
    record Check(EntrySnapshot snapshot, long nonce) implements SyncAction {}

    /** Closes the stream; nothing follows. */
    record End(Outcome outcome) implements SyncAction {}

    /** How a session ended. */
    enum Outcome {
        /** Both sides had the same. */
        EQUAL,
        /** Each side has sent what the other lacked. */
        DONE,
        /** Another session between the two is under way. */
        BUSY,
        /** The peer cannot have this session. */
        REFUSED,
        /** The two sides have not adopted the same snapshot. */
        OTHER_EPOCH;

        /** Whether sets were compared to the end. */
        boolean isWhole() {
            return this == EQUAL || this == DONE;
        }
    }

    /** Something long to send. */
    sealed interface Piece {}

    /**
     * All keys behind one, in {@link SyncFrame.Keys} frames, the last of them marked.
     *
     * @param snapshot holds them
     * @param after where to begin
     */
    record KeysOf(EntrySnapshot snapshot, Optional<EntryKey> after) implements Piece {}

    /**
     * All entries behind a key, in order, but for some.
     *
     * @param after where to begin
     * @param except what the peer has
     */
    record AllBut(Optional<EntryKey> after, EntryView except) implements Piece {}

    /**
     * Entries of a snapshot.
     *
     * @param snapshot holds them
     * @param ranges which
     */
    record Ranges(EntrySnapshot snapshot, IndexRanges ranges) implements Piece {}

    /**
     * Entries that the peer asked for; those that are gone are skipped.
     *
     * @param ids packed, 32 bytes each
     */
    record Asked(byte[] ids) implements Piece {}

    /** {@link SyncFrame.Done}, when all before it is sent. */
    record Last() implements Piece {}
}
