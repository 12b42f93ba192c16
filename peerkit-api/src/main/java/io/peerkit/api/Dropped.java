// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import io.peerkit.api.gossip.EntryHeader;

/**
 * An entry that left this node because others hold it.
 *
 * @param entry the entry
 * @param header what its author signed
 */
public record Dropped(EntryId entry, EntryHeader header) {}
