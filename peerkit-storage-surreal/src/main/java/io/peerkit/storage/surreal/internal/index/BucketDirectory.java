// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The upper ends of all buckets. Buckets are split and never joined, so a directory that is behind names buckets that are there, of which
 * one has become smaller; its lower end tells.
 */
public final class BucketDirectory {
    private final Map<IndexKind, NavigableSet<IndexPlace>> uppers = new EnumMap<>(IndexKind.class);

    /** A directory without rows. */
    public BucketDirectory() {
        for (IndexKind kind : IndexKind.values()) {
            replace(kind, List.of());
        }
    }

    /**
     * Takes what is in the database.
     *
     * @param kind of the index
     * @param all upper ends of its buckets
     */
    public void replace(IndexKind kind, Collection<IndexPlace> all) {
        uppers.put(kind, new TreeSet<>(all));
    }

    /**
     * Takes what a merge wrote.
     *
     * @param kind of the index
     * @param written upper ends of buckets, old and new
     */
    public void add(IndexKind kind, Collection<IndexPlace> written) {
        of(kind).addAll(written);
    }

    /**
     * Counts buckets.
     *
     * @param kind of the index
     * @return how many rows there are
     */
    public int size(IndexKind kind) {
        return of(kind).size();
    }

    /**
     * Finds the bucket of a place.
     *
     * @param kind of the index
     * @param place any
     * @return its upper end
     */
    public IndexPlace bucketOf(IndexKind kind, IndexPlace place) {
        return Objects.requireNonNullElse(of(kind).ceiling(place), IndexPlace.LAST);
    }

    /**
     * Finds the buckets of a range.
     *
     * @param kind of the index
     * @param from the first place
     * @param to the last place
     * @return their upper ends, in order, at least one: {@link IndexPlace#LAST} also where no row is known
     */
    public List<IndexPlace> bucketsOf(IndexKind kind, IndexPlace from, IndexPlace to) {
        List<IndexPlace> found = new ArrayList<>(of(kind).subSet(from, true, to, false));
        found.add(bucketOf(kind, to));
        return found.stream().distinct().toList();
    }

    /**
     * Finds the bucket that goes on behind a place.
     *
     * @param kind of the index
     * @param place any but the last
     * @return its upper end
     */
    public IndexPlace bucketBehind(IndexKind kind, IndexPlace place) {
        return Objects.requireNonNullElse(of(kind).higher(place), IndexPlace.LAST);
    }

    /**
     * Finds where a bucket begins.
     *
     * @param kind of the index
     * @param upper its upper end
     * @return the upper end of the one before; nothing when it is the first
     */
    public Optional<IndexPlace> bucketBefore(IndexKind kind, IndexPlace upper) {
        return Optional.ofNullable(of(kind).lower(upper));
    }

    private NavigableSet<IndexPlace> of(IndexKind kind) {
        return Objects.requireNonNull(uppers.get(kind));
    }
}
