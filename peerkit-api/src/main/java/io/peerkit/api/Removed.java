// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import io.peerkit.api.gossip.EntryHeader;

/**
 * An entry that leaves this node because it was deleted.
 *
 * @param entry the entry
 * @param header what its author signed
 */
public record Removed(EntryId entry, EntryHeader header) {}
