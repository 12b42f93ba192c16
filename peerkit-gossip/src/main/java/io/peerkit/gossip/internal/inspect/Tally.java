// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.inspect;

import io.peerkit.gossip.StoredContents.Share;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts entries and bytes under keys, of which it keeps a bounded number: when there are more, the half with the fewest
 * bytes is counted under "others" and forgotten. So it is exact up to {@value #MAX_KEYS} keys.
 */
final class Tally<K> {
    /** The most keys; about 2 MB. */
    static final int MAX_KEYS = 16_384;

    /** The name of what is not listed. */
    static final String OTHERS = "others";

    private static final class Count {
        private long entries;
        private long bytes;
    }

    private final Map<K, Count> counts = new HashMap<>();
    private final Count others = new Count();

    void add(K key, long bytes) {
        Count count = counts.get(key);
        if (count == null) {
            if (counts.size() == MAX_KEYS) {
                forget();
            }
            count = new Count();
            counts.put(key, count);
        }
        count.entries++;
        count.bytes += bytes;
    }

    private void forget() {
        for (Map.Entry<K, Count> entry : byBytes().subList(MAX_KEYS / 2, counts.size())) {
            others.entries += entry.getValue().entries;
            others.bytes += entry.getValue().bytes;
            counts.remove(entry.getKey());
        }
    }

    private List<Map.Entry<K, Count>> byBytes() {
        List<Map.Entry<K, Count>> sorted = new ArrayList<>(counts.entrySet());
        sorted.sort(Comparator.comparingLong((Map.Entry<K, Count> entry) -> entry.getValue().bytes)
                .reversed()
                .thenComparing(entry -> entry.getKey().toString()));
        return sorted;
    }

    /** Those with the most bytes first, and the rest as one. */
    List<Share> top(int most) {
        List<Share> shares = new ArrayList<>();
        long entries = others.entries;
        long bytes = others.bytes;
        for (Map.Entry<K, Count> entry : byBytes()) {
            Count count = entry.getValue();
            if (shares.size() < most) {
                shares.add(new Share(entry.getKey().toString(), count.entries, count.bytes));
            } else {
                entries += count.entries;
                bytes += count.bytes;
            }
        }
        if (entries > 0) {
            shares.add(new Share(OTHERS, entries, bytes));
        }
        return shares;
    }
}
