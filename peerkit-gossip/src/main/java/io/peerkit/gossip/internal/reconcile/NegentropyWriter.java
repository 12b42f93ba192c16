// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static io.peerkit.gossip.internal.reconcile.PackedIds.ID_BYTES;

import java.util.Arrays;

/** Writes one message about a set. */
final class NegentropyWriter {
    /** Holds an answer that splits one range without growing. */
    private static final int INITIAL_BYTES = 512;

    /** What a range takes beside its payload, about. */
    private static final int RANGE_BYTES = 12;

    private final EntrySnapshot set;
    private byte[] bytes = new byte[INITIAL_BYTES];
    private int size;
    private long lastTime;
    private long answerBytes;

    NegentropyWriter(EntrySnapshot set) {
        this.set = set;
        bytes[size++] = (byte) Negentropy.VERSION;
    }

    int size() {
        return size;
    }

    /** Forgets what was written behind {@code size}; only a bound at infinity may follow, which needs no last time. */
    void truncate(int newSize) {
        size = newSize;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    /** About how long the answer is when all that was written differs. */
    long answerBytes() {
        return answerBytes;
    }

    void skip(Bound end) {
        range(end, Negentropy.SKIP);
    }

    void fingerprint(int from, int to, Bound end) {
        range(end, Negentropy.FINGERPRINT);
        reserve(Fingerprint.LENGTH_BYTES);
        set.fingerprint(from, to).copyTo(bytes, size);
        size += Fingerprint.LENGTH_BYTES;
        int entries = to - from;
        answerBytes += RANGE_BYTES
                + (entries < Negentropy.SPLIT_ENTRIES
                        ? (long) entries * ID_BYTES
                        : (long) Negentropy.BUCKETS * (RANGE_BYTES + Fingerprint.LENGTH_BYTES));
    }

    void list(int from, int to, Bound end) {
        range(end, Negentropy.ID_LIST);
        varint(to - from);
        reserve((long) (to - from) * ID_BYTES);
        answerBytes += RANGE_BYTES + (long) (to - from) * ID_BYTES;
        EntryCursor cursor = set.cursor(from, to);
        while (cursor.next()) {
            cursor.copyId(bytes, size);
            size += ID_BYTES;
        }
    }

    /** Lists a small range, or writes the fingerprints of 16 parts, the first ones an entry larger where it must be. */
    void split(int from, int to, Bound end) {
        int entries = to - from;
        if (entries < Negentropy.SPLIT_ENTRIES) {
            list(from, to, end);
            return;
        }
        int start = from;
        for (int i = 0; i < Negentropy.BUCKETS; i++) {
            int next = start + entries / Negentropy.BUCKETS + (i < entries % Negentropy.BUCKETS ? 1 : 0);
            fingerprint(start, next, next == to ? end : Bound.before(set, next));
            start = next;
        }
    }

    /**
     * Writes the fingerprints of everything in 16 parts whose bounds are moved by {@code shift} entries, which makes a 17th: no
     * one can know beforehand which entries are summed up together.
     */
    void splitShifted(long shift) {
        int entries = set.size();
        int move = entries < Negentropy.SPLIT_ENTRIES ? 0 : Math.floorMod(shift, entries / Negentropy.BUCKETS);
        if (move == 0) {
            split(0, entries, Bound.INFINITY);
            return;
        }
        int start = 0;
        for (int i = 0; i <= Negentropy.BUCKETS; i++) {
            int next = i == Negentropy.BUCKETS ? entries : move + (int) ((long) entries * i / Negentropy.BUCKETS);
            fingerprint(start, next, next == entries ? Bound.INFINITY : Bound.before(set, next));
            start = next;
        }
    }

    private void range(Bound end, int mode) {
        if (end.time == Bound.INFINITY.time) {
            varint(0);
        } else {
            varint(end.time - lastTime + 1);
            lastTime = end.time;
        }
        varint(end.prefixBytes);
        reserve(end.prefixBytes);
        System.arraycopy(end.id, 0, bytes, size, end.prefixBytes);
        size += end.prefixBytes;
        varint(mode);
    }

    private void varint(long value) {
        reserve(Varint.MAX_BYTES);
        size = Varint.write(value, bytes, size);
    }

    private void reserve(long length) {
        long needed = size + length;
        if (needed > Integer.MAX_VALUE - Long.BYTES) {
            throw new IllegalStateException("a message of " + needed + " bytes needs a frame limit");
        }
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(
                    bytes, (int) Math.min(Integer.MAX_VALUE - Long.BYTES, Math.max(needed, 2L * bytes.length)));
        }
    }
}
