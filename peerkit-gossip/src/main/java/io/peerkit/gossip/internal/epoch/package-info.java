// SPDX-License-Identifier: Apache-2.0
/** Deletes that stay deleted: labels, tombstones of the open epoch, and snapshots that close epochs. */
package io.peerkit.gossip.internal.epoch;
