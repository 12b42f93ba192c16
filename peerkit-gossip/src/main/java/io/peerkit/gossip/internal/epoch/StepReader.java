// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.InvalidBytesException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts a closing together of its statement and the lists of added and deleted entries that follow it. */
final class StepReader {
    private final EpochStatement statement;
    private final List<DigestList> lists = new ArrayList<>();
    private DigestList.Builder list = new DigestList.Builder();

    StepReader(EpochStatement statement) {
        this.statement = statement;
    }

    /** What has come is looked at; the closing when it is complete. */
    Optional<EpochStep> next() {
        while (lists.size() < 2) {
            int expected = (lists.isEmpty() ? statement.added() : statement.deleted()).count();
            if (list.size() > expected) {
                throw new InvalidBytesException("list of " + list.size() + " digests, must be " + expected);
            }
            if (list.size() < expected) {
                return Optional.empty();
            }
            lists.add(list.build());
            list = new DigestList.Builder();
        }
        return Optional.of(new EpochStep(statement, lists.get(0), lists.get(1)));
    }

    /** A part of a list came. */
    Optional<EpochStep> add(EpochFrame.Digests digests) {
        list.addInOrder(digests.packed());
        return next();
    }
}
