// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import io.peerkit.api.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Neighbouring records of one index, in one row whose key is the upper end.
 *
 * <pre>{@code
 *   1 byte    whether a lower end follows
 *   24 bytes  the lower end, if so
 *   28 bytes  for each record, in their order
 * }</pre>
 *
 * @param low the lower end, which does not belong to it; nothing for the first bucket
 * @param upper the upper end, which does
 * @param records strictly ascending
 */
public record Bucket(Optional<IndexPlace> low, IndexPlace upper, List<IndexRecord> records) {
    /** The longest row that is read, in records: what one step of a merge may have made of the largest bucket, with room. */
    private static final int MAX_RECORDS = 65_536;

    /** Copies the records. */
    public Bucket {
        records = List.copyOf(records);
    }

    /**
     * The whole range without records: what is there before anything is merged.
     *
     * @return an empty bucket
     */
    public static Bucket empty() {
        return new Bucket(Optional.empty(), IndexPlace.LAST, List.of());
    }

    /**
     * Reads a bucket.
     *
     * @param upper its key
     * @param bytes its row
     * @return the bucket
     * @throws StorageException when they do not have the form
     */
    public static Bucket of(IndexPlace upper, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int flag = in.hasRemaining() ? in.get() : -1;
        if (flag < 0 || flag > 1 || in.remaining() < flag * IndexPlace.BYTES) {
            throw damaged("no lower end in " + bytes.length + " bytes");
        }
        Optional<IndexPlace> low = flag == 1 ? Optional.of(IndexPlace.read(in)) : Optional.empty();
        if (in.remaining() % IndexRecord.BYTES != 0 || in.remaining() / IndexRecord.BYTES > MAX_RECORDS) {
            throw damaged(in.remaining() + " bytes of records");
        }
        List<IndexRecord> records = new ArrayList<>(in.remaining() / IndexRecord.BYTES);
        Optional<IndexPlace> last = low;
        while (in.hasRemaining()) {
            IndexRecord next = IndexRecord.read(in);
            if (last.isPresent() && last.get().compareTo(next.place()) >= 0) {
                throw damaged("records out of order");
            }
            last = Optional.of(next.place());
            records.add(next);
        }
        if (last.isPresent() && last.get().compareTo(upper) > 0) {
            throw damaged("records behind its end");
        }
        return new Bucket(low, upper, records);
    }

    private static StorageException damaged(String how) {
        return new StorageException("bucket of an index is damaged: " + how);
    }

    /**
     * The row.
     *
     * @return what {@link #of} reads
     */
    public byte[] toBytes() {
        ByteBuffer out =
                ByteBuffer.allocate(1 + (low.isPresent() ? IndexPlace.BYTES : 0) + IndexRecord.BYTES * records.size());
        out.put((byte) (low.isPresent() ? 1 : 0));
        low.ifPresent(place -> place.write(out));
        records.forEach(record -> record.write(out));
        return out.array();
    }

    /**
     * Whether a place belongs here.
     *
     * @param place any
     * @return false when another bucket has it
     */
    public boolean covers(IndexPlace place) {
        return (low.isEmpty() || low.get().compareTo(place) < 0) && place.compareTo(upper) <= 0;
    }

    /**
     * Merges.
     *
     * @param added records that belong here, ascending; several of one place are allowed
     * @param gone places of entries that are not there; their records are dropped, unless they are repeated, and not added
     * @param mostRecords where a bucket is split
     * @return what takes the bucket's place, in order; the last one has its upper end
     */
    public List<Bucket> merged(List<IndexRecord> added, Set<IndexPlace> gone, int mostRecords) {
        List<IndexRecord> all = new ArrayList<>(records.size() + added.size());
        Iterator<IndexRecord> old = records.iterator();
        Optional<IndexRecord> nextOld = next(old);
        for (IndexRecord record : added) {
            while (nextOld.isPresent() && nextOld.get().place().compareTo(record.place()) < 0) {
                all.add(nextOld.get());
                nextOld = next(old);
            }
            if (nextOld.isPresent() && nextOld.get().place().equals(record.place())) {
                all.add(nextOld.get().and(record));
                nextOld = next(old);
            } else if (!all.isEmpty() && all.get(all.size() - 1).place().equals(record.place())) {
                all.add(all.remove(all.size() - 1).and(record));
            } else {
                all.add(record);
            }
        }
        nextOld.ifPresent(all::add);
        old.forEachRemaining(all::add);
        all.removeIf(record -> !record.repeated() && gone.contains(record.place()));
        return split(all, mostRecords);
    }

    private static Optional<IndexRecord> next(Iterator<IndexRecord> records) {
        return records.hasNext() ? Optional.of(records.next()) : Optional.empty();
    }

    /** Into equal parts of two thirds, which leaves each room to grow. */
    private List<Bucket> split(List<IndexRecord> all, int mostRecords) {
        if (all.size() <= mostRecords) {
            return List.of(new Bucket(low, upper, all));
        }
        int target = Math.max(1, mostRecords * 2 / 3);
        int parts = (all.size() + target - 1) / target;
        List<Bucket> buckets = new ArrayList<>(parts);
        Optional<IndexPlace> from = low;
        for (int i = 0; i < parts; i++) {
            List<IndexRecord> part =
                    all.subList((int) ((long) all.size() * i / parts), (int) ((long) all.size() * (i + 1) / parts));
            IndexPlace to = i == parts - 1 ? upper : part.get(part.size() - 1).place();
            buckets.add(new Bucket(from, to, part));
            from = Optional.of(to);
        }
        return buckets;
    }
}
