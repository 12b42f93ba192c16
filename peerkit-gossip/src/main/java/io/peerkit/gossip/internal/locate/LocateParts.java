// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import io.peerkit.api.AgentId;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.connect.Contacts;
import io.peerkit.gossip.internal.entry.EntryVerifier;
import io.peerkit.gossip.internal.entry.OpenedEntry;
import io.peerkit.gossip.internal.integrate.KeptBlobs;
import io.peerkit.gossip.internal.peer.Membership;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What finding blobs, and being found to have them, works with.
 *
 * @param storage the store with the payloads that the application keeps
 * @param kept has those payloads by hash, where the application keeps any
 * @param distribution the strategy as it is now
 * @param unwelcome whether an entry is deleted, or is here without its payload, which the application did not want
 */
public record LocateParts(
        NodeLoop loop,
        AgentId self,
        Transport transport,
        Storage storage,
        Optional<KeptBlobs> kept,
        Supplier<DistributionStrategy> distribution,
        EntryVerifier verifier,
        Contacts contacts,
        Membership membership,
        Predicate<OpenedEntry> unwelcome) {}
