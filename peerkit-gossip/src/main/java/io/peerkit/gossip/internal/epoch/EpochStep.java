// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.InvalidBytesException;

/**
 * The closing of one epoch: enough for who has adopted the one before it.
 *
 * @param statement the authority's
 * @param added entries of the epoch that stay
 * @param deleted entries of any epoch that were deleted in it
 */
public record EpochStep(EpochStatement statement, DigestList added, DigestList deleted) {
    /**
     * Checks that the lists are those that the statement speaks of.
     *
     * @throws InvalidBytesException when they are not
     */
    public EpochStep {
        requireMark("added", statement, statement.added(), added);
        requireMark("deleted", statement, statement.deleted(), deleted);
    }

    static void requireMark(String name, EpochStatement statement, DigestList.Mark expected, DigestList list) {
        if (!list.mark().equals(expected)) {
            throw new InvalidBytesException("list of " + list.size() + " " + name + " entries is not that of epoch "
                    + statement.number() + " with " + expected.count());
        }
    }
}
