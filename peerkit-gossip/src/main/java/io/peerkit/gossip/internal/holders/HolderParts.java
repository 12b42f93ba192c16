// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.connect.Contacts;
import io.peerkit.gossip.internal.epoch.EntryRemover;
import io.peerkit.gossip.internal.peer.Membership;
import io.peerkit.gossip.internal.pin.Pins;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What dropping, and letting others drop, works with.
 *
 * @param served the store with the payloads that the application keeps
 * @param distribution the strategy as it is now
 * @param closesEpochs whether the network has an authority
 * @param belongings takes care of what the store keeps beside an entry
 * @param tasks runs the application's code, one task at a time
 */
public record HolderParts(
        NodeLoop loop,
        AgentId self,
        Transport transport,
        Storage storage,
        Storage served,
        EntrySet set,
        Supplier<DistributionStrategy> distribution,
        boolean closesEpochs,
        Contacts contacts,
        Membership membership,
        Pins pins,
        EntryRemover.Belongings belongings,
        Optional<StorageHooks> hooks,
        NodeListener listener,
        Executor tasks) {}
