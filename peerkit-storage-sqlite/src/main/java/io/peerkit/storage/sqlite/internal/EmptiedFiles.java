// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * Chunk files without chunks, between the commit that emptied them and their deletion by the thread that reads. While a backup
 * copies an earlier state they stay. Safe for use by any thread.
 */
final class EmptiedFiles {
    private final List<Long> waiting = new ArrayList<>();
    private boolean held;

    synchronized void add(List<Long> files) {
        waiting.addAll(files);
    }

    /** Files to delete now. */
    synchronized List<Long> take() {
        if (held) {
            return List.of();
        }
        List<Long> taken = List.copyOf(waiting);
        waiting.clear();
        return taken;
    }

    /** Keeps all files from now on; says whether that was so before. */
    synchronized boolean hold() {
        boolean before = held;
        held = true;
        return before;
    }

    synchronized void release() {
        held = false;
    }

    synchronized boolean isHeld() {
        return held;
    }
}
