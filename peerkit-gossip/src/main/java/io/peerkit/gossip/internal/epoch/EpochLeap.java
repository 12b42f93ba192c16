// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import java.util.List;

/**
 * The state at the end of an epoch: for who was away for longer than peers keep the lists of single epochs, or is new.
 *
 * @param statement the authority's, of the last closed epoch
 * @param live all entries that stay
 * @param recent the closings that peers still keep, in order, the last of them that of the statement; may be none
 */
public record EpochLeap(EpochStatement statement, DigestList live, List<EpochStep> recent) {
    /**
     * Checks that the list is the one that the statement speaks of.
     *
     * @throws io.peerkit.api.InvalidBytesException when it is not
     */
    public EpochLeap {
        EpochStep.requireMark("live", statement, statement.live(), live);
        recent = List.copyOf(recent);
    }
}
