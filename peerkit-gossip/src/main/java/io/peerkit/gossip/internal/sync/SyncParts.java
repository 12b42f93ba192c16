// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.storage.Storage;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.epoch.EpochWatch;
import io.peerkit.gossip.internal.integrate.Integrator;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import java.time.Duration;

/**
 * What sessions work with.
 *
 * @param loop owns their state
 * @param storage has the entries
 * @param set their order
 * @param integrator takes what comes
 * @param scope what is reconciled
 * @param epochs knows the epoch
 * @param patience how long a session may go without progress
 * @param thrifty whether there is one session at a time, as the line is limited
 */
public record SyncParts(
        NodeLoop loop,
        Storage storage,
        EntrySet set,
        Integrator integrator,
        SyncScope scope,
        EpochWatch epochs,
        Duration patience,
        boolean thrifty) {}
