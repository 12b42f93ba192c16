// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;

/**
 * An entry with its header at hand, ready to be stored.
 *
 * @param stored what the store keeps
 * @param header what the author signed
 */
public record SealedEntry(StoredEntry stored, EntryHeader header) {}
