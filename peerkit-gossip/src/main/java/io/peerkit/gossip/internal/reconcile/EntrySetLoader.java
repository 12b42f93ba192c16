// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static io.peerkit.gossip.internal.reconcile.PackedIds.ID_BYTES;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Builds a set from entries that come in order, page by page, as a store scans them. Leaves are filled to the brim.
 *
 * <p>Belongs to one thread, which may be another than the one that owns the set afterwards.
 */
public final class EntrySetLoader {
    private final Object owner = new Object();
    private final List<Leaf> leaves = new ArrayList<>();
    private final long[] times = new long[Node.MAX_SLOTS];
    private final byte[] ids = new byte[Node.MAX_SLOTS * ID_BYTES];
    private int buffered;
    private long lastTime;
    private final byte[] lastId = new byte[ID_BYTES];
    private boolean empty = true;
    private final @Nullable KeyedSummary summary;

    /** Prepares to load a set without a key. */
    public EntrySetLoader() {
        this(Optional.empty());
    }

    /**
     * Prepares to load a set.
     *
     * @param key its scope's key, if it has one
     */
    public EntrySetLoader(Optional<SketchKey> key) {
        summary = key.map(KeyedSummary::new).orElse(null);
    }

    /**
     * Appends a page.
     *
     * @param pageTimes the times of {@code count} entries
     * @param pageIds their identifiers, 32 bytes each
     * @param count how many entries there are
     * @return this loader
     * @throws IllegalArgumentException when an entry is not above the one before it, in this page or the last; the
     *     loader is of no use then
     */
    public EntrySetLoader append(long[] pageTimes, byte[] pageIds, int count) {
        Objects.checkFromIndexSize(0, count, Math.min(pageTimes.length, pageIds.length / ID_BYTES));
        for (int i = 0; i < count; i++) {
            append(pageTimes[i], pageIds, i * ID_BYTES);
        }
        return this;
    }

    private void append(long time, byte[] id, int offset) {
        EntryView.requireEntry(time, id, offset);
        if (!empty && PackedIds.compare(lastTime, lastId, 0, time, id, offset) >= 0) {
            throw new IllegalArgumentException("entry of time " + Long.toUnsignedString(time)
                    + " is not above the one before it, of time " + Long.toUnsignedString(lastTime));
        }
        empty = false;
        lastTime = time;
        System.arraycopy(id, offset, lastId, 0, ID_BYTES);
        times[buffered] = time;
        System.arraycopy(id, offset, ids, buffered * ID_BYTES, ID_BYTES);
        if (++buffered == Node.MAX_SLOTS) {
            flush();
        }
        if (summary != null) {
            summary.add(time, id, offset);
        }
    }

    private void flush() {
        leaves.add(Leaf.copyOf(owner, times, ids, 0, buffered));
        buffered = 0;
    }

    /**
     * Builds the set; the loader is used up.
     *
     * @return a set of all that was appended
     */
    public EntrySet load() {
        if (buffered > 0 || leaves.isEmpty()) {
            flush();
        }
        List<? extends Node> level = leaves;
        while (level.size() > 1) {
            List<Inner> parents = new ArrayList<>(level.size() / Node.MAX_SLOTS + 1);
            for (int i = 0; i < level.size(); i += Node.MAX_SLOTS) {
                parents.add(Inner.of(owner, level.subList(i, Math.min(i + Node.MAX_SLOTS, level.size()))));
            }
            level = parents;
        }
        EntrySet set = new EntrySet(owner, level.get(0), summary);
        leaves.clear();
        return set;
    }
}
