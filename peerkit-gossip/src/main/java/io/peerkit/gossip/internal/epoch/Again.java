// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.EntryId;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.RecordKey;

/**
 * An own entry that is issued anew.
 *
 * @param first as it was
 * @param header as it was
 * @param blob the same
 * @param record asked for it, and goes with the first
 */
public record Again(EntryId first, EntryHeader header, byte[] blob, RecordKey record) {}
