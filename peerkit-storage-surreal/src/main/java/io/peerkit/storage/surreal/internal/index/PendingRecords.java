// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/** Records in memory, found by either hash: arrays and chains through them, some 60 bytes for each. */
public final class PendingRecords {
    private static final int INITIAL = 256;
    private static final int NONE = -1;

    private int size;
    private long[] ids = new long[INITIAL];
    private long[] times = new long[INITIAL];
    private long[] blobs = new long[INITIAL];
    private int[] bytes = new int[INITIAL];
    private boolean[] hasBlob = new boolean[INITIAL];

    /** Where the chain of a hash begins, and how it goes on; a power of two of beginnings. */
    private int[] idHeads = heads(INITIAL);

    private int[] blobHeads = heads(INITIAL);
    private int[] idNext = new int[INITIAL];
    private int[] blobNext = new int[INITIAL];

    /** Makes an empty one. */
    public PendingRecords() {}

    /**
     * Counts records.
     *
     * @return how many entries there are
     */
    public int size() {
        return size;
    }

    void add(long id, long time, long blob, int entryBytes, boolean blobPresent) {
        if (size == ids.length) {
            grow();
        }
        ids[size] = id;
        times[size] = time;
        blobs[size] = blob;
        bytes[size] = entryBytes;
        hasBlob[size] = blobPresent;
        chain(size++);
    }

    private void chain(int index) {
        int idSlot = slot(ids[index]);
        idNext[index] = idHeads[idSlot];
        idHeads[idSlot] = index;
        if (hasBlob[index]) {
            int blobSlot = slot(blobs[index]);
            blobNext[index] = blobHeads[blobSlot];
            blobHeads[blobSlot] = index;
        }
    }

    /** Hashes are random unless somebody chose them: mixed, so that chosen beginnings do not share a chain by their last bits. */
    private int slot(long hash) {
        long mixed = hash * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 32) & (idHeads.length - 1);
    }

    private void grow() {
        int room = 2 * ids.length;
        ids = Arrays.copyOf(ids, room);
        times = Arrays.copyOf(times, room);
        blobs = Arrays.copyOf(blobs, room);
        bytes = Arrays.copyOf(bytes, room);
        hasBlob = Arrays.copyOf(hasBlob, room);
        idNext = new int[room];
        blobNext = new int[room];
        idHeads = heads(room);
        blobHeads = heads(room);
        for (int i = 0; i < size; i++) {
            chain(i);
        }
    }

    private static int[] heads(int count) {
        int[] heads = new int[count];
        Arrays.fill(heads, NONE);
        return heads;
    }

    /**
     * Finds records by id.
     *
     * @param id the beginning of it
     * @return all records, in no order
     */
    public List<IndexRecord> byId(long id) {
        List<IndexRecord> found = new ArrayList<>();
        for (int i = idHeads[slot(id)]; i != NONE; i = idNext[i]) {
            if (ids[i] == id) {
                found.add(record(IndexKind.ID, i));
            }
        }
        return found;
    }

    /**
     * Finds records by blob.
     *
     * @param blob the beginning of its hash
     * @param after the place behind which to begin, or nothing to begin with the first
     * @param limit the most to find
     * @return the first records of that hash, in order
     */
    public List<IndexRecord> byBlob(long blob, Optional<IndexPlace> after, int limit) {
        Comparator<IndexRecord> order = Comparator.comparing(IndexRecord::place);
        PriorityQueue<IndexRecord> first = new PriorityQueue<>(order.reversed());
        for (int i = blobHeads[slot(blob)]; i != NONE; i = blobNext[i]) {
            if (blobs[i] == blob) {
                IndexRecord next = record(IndexKind.BLOB, i);
                if (after.isEmpty() || next.place().compareTo(after.get()) > 0) {
                    first.add(next);
                    if (first.size() > limit) {
                        first.remove();
                    }
                }
            }
        }
        return first.stream().sorted(order).toList();
    }

    /**
     * All records of an index.
     *
     * @param kind of the index
     * @return in its order
     */
    List<IndexRecord> sorted(IndexKind kind) {
        return IntStream.range(0, size)
                .filter(i -> kind == IndexKind.ID || hasBlob[i])
                .mapToObj(i -> record(kind, i))
                .sorted(Comparator.comparing(IndexRecord::place))
                .toList();
    }

    private IndexRecord record(IndexKind kind, int index) {
        IndexPlace place = kind == IndexKind.ID
                ? new IndexPlace(ids[index], times[index], blobs[index])
                : new IndexPlace(blobs[index], times[index], ids[index]);
        return new IndexRecord(place, bytes[index], false);
    }
}
