// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of sync sessions since the node started.
 *
 * @param outcomes how many ended so: {@code equal}, {@code done}, {@code busy}, {@code refused}
 * @param ways how many of those that this node began went so at last: {@code equal}, {@code check}, {@code bulk}, {@code symbols},
 *     {@code ranges}
 * @param exceeded how many were given up because the peer spent too much of something, by the name of the budget
 * @param undelivered entries that were asked for and did not come
 */
public record SyncFigures(
        Map<String, Long> outcomes, Map<String, Long> ways, Map<String, Long> exceeded, long undelivered) {
    /** Copies the maps, in the order of their keys. */
    public SyncFigures {
        outcomes = sorted(outcomes);
        ways = sorted(ways);
        exceeded = sorted(exceeded);
    }

    /** Those of a node without sessions. */
    public static final SyncFigures NONE = new SyncFigures(Map.of(), Map.of(), Map.of(), 0);

    private static Map<String, Long> sorted(Map<String, Long> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }
}
