// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides which journals of others are to be read, from what a look at the space shows: how often it was opened, how often journals were
 * deleted behind a merge, and the number of the last transaction of each lane. While the first two stay the same, the lanes are the
 * same too and each only goes on; so what is new lies behind the numbers seen last. Otherwise all journals are read again.
 *
 * @param <L> names a lane
 */
public final class LaneMarks<L> {
    /**
     * What a look shows.
     *
     * @param opened counts openings
     * @param merges counts deletions of journals
     * @param lanes of others, with their last transactions
     */
    public record Seen<L>(long opened, long merges, Map<L, Long> lanes) {}

    /**
     * A lane that went on.
     *
     * @param lane which
     * @param after the last transaction whose journal is known
     */
    public record Behind<L>(L lane, long after) {}

    /**
     * What to read.
     *
     * @param all whether all journals, in place of what is known
     * @param behind otherwise the journals of these lanes, in addition
     */
    public record Reading<L>(boolean all, List<Behind<L>> behind) {
        /**
         * Whether nothing is new.
         *
         * @return true when nothing is to be read
         */
        public boolean isNothing() {
            return !all && behind.isEmpty();
        }
    }

    private long opened = -1;
    private long merges = -1;
    private final Map<L, Long> last = new HashMap<>();

    /** Has seen nothing. */
    public LaneMarks() {}

    /**
     * Decides.
     *
     * @param seen what a look showed
     * @return what to read
     */
    public Reading<L> toRead(Seen<L> seen) {
        if (seen.opened() != opened
                || seen.merges() != merges
                || !last.keySet().equals(seen.lanes().keySet())) {
            return new Reading<>(true, List.of());
        }
        List<Behind<L>> behind = new ArrayList<>();
        last.forEach((lane, seq) -> {
            if (seen.lanes().getOrDefault(lane, seq) > seq) {
                behind.add(new Behind<>(lane, seq));
            }
        });
        return new Reading<>(false, behind);
    }

    /**
     * What was to be read has been read.
     *
     * @param seen the look that came before the reading
     */
    public void read(Seen<L> seen) {
        opened = seen.opened();
        merges = seen.merges();
        last.clear();
        last.putAll(seen.lanes());
    }
}
