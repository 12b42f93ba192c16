// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.NetworkId;
import io.peerkit.gossip.internal.reconcile.EntrySnapshot;

/**
 * What a session reconciles: both sides must mean the same.
 *
 * @param network where the entries belong
 * @param name of the set
 * @param epoch the open epoch
 */
public record SyncScope(NetworkId network, String name, long epoch) {
    /** The set of everything. */
    public static final String ALL = "all";

    /** The version of the protocol that is spoken here. */
    static final int VERSION = 2;

    SyncFrame.Hello hello(EntrySnapshot snapshot) {
        return new SyncFrame.Hello(VERSION, network, name, epoch, snapshot.size(), snapshot.fingerprint());
    }
}
