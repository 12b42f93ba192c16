// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

/** Why an entry was refused. */
public enum Refusal {
    /** Envelope or header are no valid bytes, or over a bound. */
    MALFORMED,
    /** It belongs to another network. */
    WRONG_NETWORK,
    /** It has no epoch. */
    WRONG_EPOCH,
    /** It is a delete of nothing, or one with content. */
    WRONG_DELETE,
    /** Its time is the one that reconciliation reserves. */
    WRONG_TIME,
    /** The blob is not as long as the header says. */
    WRONG_SIZE,
    /** The blob does not have the hash in the header. */
    WRONG_HASH,
    /** It stands for a large blob, but what it carries is no manifest of one. */
    WRONG_MANIFEST,
    /** The author did not sign it. */
    WRONG_SIGNATURE
}
