// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.NetworkId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.reconcile.Fingerprint;
import java.util.List;
import java.util.Optional;

/** What travels on a sync stream. */
public sealed interface SyncFrame {
    /**
     * What a side has.
     *
     * @param version of the protocol
     * @param network where the entries belong
     * @param scope the set that is reconciled
     * @param epoch the open epoch
     * @param count how many entries the side has
     * @param fingerprint of them
     */
    record Hello(int version, NetworkId network, String scope, long epoch, int count, Fingerprint fingerprint)
            implements SyncFrame {}

    /** Another session between the two is under way. */
    record Busy() implements SyncFrame {}

    /**
     * A part of the keys of the smaller side, in order.
     *
     * @param keys packed, 40 bytes each
     * @param after begin behind this key: the smaller side has all before it from an earlier session; in the first part only
     * @param last whether this was the last part
     */
    record Keys(byte[] keys, Optional<EntryKey> after, boolean last) implements SyncFrame {}

    /**
     * A message of range-based reconciliation.
     *
     * @param message in the Negentropy V1 wire profile
     */
    record Reconcile(byte[] message) implements SyncFrame {}

    /**
     * Entries that the sender asks for.
     *
     * @param ids packed, 32 bytes each
     */
    record Want(byte[] ids) implements SyncFrame {}

    /** Entries. */
    record Entries(List<WireEntry> entries) implements SyncFrame {}

    /** The sender has sent all. */
    record Done() implements SyncFrame {}

    /**
     * The sender cannot have this session.
     *
     * @param reason a stable kebab-case code
     */
    record Refuse(String reason) implements SyncFrame {}
}
