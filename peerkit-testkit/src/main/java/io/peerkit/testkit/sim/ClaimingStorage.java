// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.Storage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Claims entries that do not exist. A node on it counts them, so that its fingerprints lie and no session with it ever finds
 * the two sides equal.
 */
final class ClaimingStorage extends ForwardingStorage {
    private static final int ID_BYTES = 32;

    private final List<EntryKey> claims;

    /**
     * @param honest has what exists
     * @param seed of the claims
     * @param count how many
     * @param earliest of their times
     * @param latest of their times
     */
    ClaimingStorage(Storage honest, long seed, int count, long earliest, long latest) {
        super(honest);
        SplittableRandom random = new SplittableRandom(seed);
        this.claims = Stream.generate(() -> {
                    byte[] id = new byte[ID_BYTES];
                    random.nextBytes(id);
                    return new EntryKey(random.nextLong(earliest, latest), EntryId.of(id));
                })
                .limit(count)
                .sorted()
                .toList();
    }

    @Override
    public CompletableFuture<KeyPage> keys(Optional<EntryKey> after, int limit) {
        return honest.keys(after, limit).thenApply(page -> merged(page, after, limit));
    }

    private KeyPage merged(KeyPage page, Optional<EntryKey> after, int limit) {
        Stream<EntryKey> there = IntStream.range(0, page.size())
                .mapToObj(i -> new EntryKey(
                        page.times()[i], EntryId.of(Arrays.copyOfRange(page.ids(), ID_BYTES * i, ID_BYTES * (i + 1)))));
        Stream<EntryKey> claimed = claims.stream().filter(key -> after.isEmpty() || key.compareTo(after.get()) > 0);
        List<EntryKey> both = Stream.concat(there, claimed)
                .sorted(Comparator.naturalOrder())
                .limit(limit)
                .toList();
        long[] times = new long[both.size()];
        byte[] ids = new byte[ID_BYTES * both.size()];
        for (int i = 0; i < both.size(); i++) {
            times[i] = both.get(i).time();
            both.get(i).id().copyTo(ids, ID_BYTES * i);
        }
        return new KeyPage(times, ids);
    }
}
