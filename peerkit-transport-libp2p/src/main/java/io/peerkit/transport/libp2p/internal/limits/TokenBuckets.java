// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.limits;

import java.util.HashMap;
import java.util.Map;

/**
 * A {@link TokenBucket} for each of many. Those that are full are forgotten when there are too many; when that does not help, all
 * newcomers share one. Not safe for use by many threads.
 *
 * @param <K> what they are told apart by
 */
public final class TokenBuckets<K> {
    /** The most that are told apart. */
    static final int MAX_BUCKETS = 8_192;

    /** The time between two searches for those that can be forgotten. */
    private static final long SEARCH_NANOS = 1_000_000_000L;

    private final int burst;
    private final int perSecond;
    private final Map<K, TokenBucket> buckets = new HashMap<>();
    private final TokenBucket shared;
    private long searchedNanos;

    /**
     * All full.
     *
     * @param burst how many at once for each
     * @param perSecond how many a second for each
     * @param nowNanos the time
     */
    public TokenBuckets(int burst, int perSecond, long nowNanos) {
        this.burst = burst;
        this.perSecond = perSecond;
        shared = new TokenBucket(burst, perSecond, nowNanos);
        searchedNanos = nowNanos - SEARCH_NANOS;
    }

    /**
     * Takes one token.
     *
     * @param key of whom
     * @param nowNanos the time
     * @return false when none is left
     */
    public boolean take(K key, long nowNanos) {
        TokenBucket bucket = buckets.get(key);
        if (bucket == null) {
            if (buckets.size() >= MAX_BUCKETS && nowNanos - searchedNanos >= SEARCH_NANOS) {
                searchedNanos = nowNanos;
                buckets.values().removeIf(each -> each.isFull(nowNanos));
            }
            if (buckets.size() >= MAX_BUCKETS) {
                return shared.take(nowNanos);
            }
            bucket = new TokenBucket(burst, perSecond, nowNanos);
            buckets.put(key, bucket);
        }
        return bucket.take(nowNanos);
    }

    int size() {
        return buckets.size();
    }
}
