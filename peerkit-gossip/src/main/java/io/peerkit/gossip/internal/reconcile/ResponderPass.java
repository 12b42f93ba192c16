// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static io.peerkit.gossip.internal.reconcile.PackedIds.ID_BYTES;

/** Answers a list with the own list: only the initiator works out differences. */
final class ResponderPass extends NegentropyPass {
    ResponderPass(EntrySnapshot set, NegentropyReader in, int frameBytes, boolean closesAtEnd) {
        super(set, in, frameBytes, closesAtEnd);
    }

    @Override
    boolean answerList(int from, int to, Bound end, int listed) {
        in.ids(listed);
        int fitting = Math.min(to - from, (fullBytes - out.size()) / ID_BYTES + 1);
        int listEnd = from + fitting;
        skipSettled();
        out.list(from, listEnd, listEnd == to ? end : Bound.at(set, listEnd));
        return out.size() <= fullBytes || close(listEnd);
    }
}
