// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import io.peerkit.api.gossip.EntryHeader;
import java.util.Optional;

/**
 * An entry that a peer sent, checked: its hash and signature are right and it belongs to this network.
 *
 * @param entry the entry
 * @param header what the author signed
 * @param blob the blob; not copied, never change it
 * @param from the peer that sent it, which need not be the author; nobody when another process wrote it to a shared store
 */
public record Incoming(EntryId entry, EntryHeader header, byte[] blob, Optional<AgentId> from) {}
