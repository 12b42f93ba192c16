// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import java.util.List;

/** Goes through the items of a frame beside its runs; where there are none, nothing is known of the items. */
final class RunCursor {
    private final List<PushFrame.Run> runs;
    private int run = -1;
    private int left;

    RunCursor(List<PushFrame.Run> runs) {
        this.runs = runs;
    }

    /** Goes to the next item. */
    void next() {
        while (left == 0 && run + 1 < runs.size()) {
            run++;
            left = runs.get(run).count();
        }
        left = Math.max(0, left - 1);
    }

    long route() {
        return runs.isEmpty() ? Route.NONE : runs.get(run).route();
    }

    int hops() {
        return runs.isEmpty() ? PushMachine.MAX_HOPS : runs.get(run).hops();
    }
}
