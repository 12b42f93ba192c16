// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** Digests in ascending order of their bytes, unsigned, each once. Immutable; 16 bytes of heap for each. */
public final class DigestList {
    /** The most digests in a list: 256 MiB. */
    public static final int MAX_DIGESTS = 16_777_216;

    /** A list without digests. */
    public static final DigestList EMPTY = new DigestList(new long[0], 0);

    private static final int PART_DIGESTS = 4_096;

    // Two words for each digest, most significant first, so that the order of the words is that of the bytes.
    private final long[] words;
    private final int size;

    private DigestList(long[] words, int size) {
        this.words = words;
        this.size = size;
    }

    /** What a statement says of a list: how long it is, and the SHA-256 of its digests one behind the other. */
    public record Mark(int count, BlobHash hash) {
        /** Checks the bound. */
        public Mark {
            if (count < 0 || count > MAX_DIGESTS) {
                throw new InvalidBytesException("list of " + count + " digests, at most " + MAX_DIGESTS);
            }
        }
    }

    /** Collects digests in any order; repeated ones count once. For one thread. */
    public static final class Builder {
        private long[] words = new long[32];
        private int size;

        /** Adds a digest. */
        public Builder add(byte[] digest) {
            ByteBuffer in = ByteBuffer.wrap(digest);
            append(in.getLong(), in.getLong());
            return this;
        }

        /** Adds all digests of a list. */
        public Builder addAll(DigestList list) {
            for (int i = 0; i < list.size; i++) {
                append(list.words[2 * i], list.words[2 * i + 1]);
            }
            return this;
        }

        /**
         * Adds digests that a peer or the store says come next in order.
         *
         * @throws InvalidBytesException when they are not whole or not in ascending order behind those before them
         */
        public Builder addInOrder(byte[] packed) {
            if (packed.length % EntryDigests.BYTES != 0) {
                throw new InvalidBytesException(
                        "digests of " + packed.length + " bytes, must be a multiple of " + EntryDigests.BYTES);
            }
            ByteBuffer in = ByteBuffer.wrap(packed);
            while (in.hasRemaining()) {
                long high = in.getLong();
                long low = in.getLong();
                if (size > 0 && compare(words[2 * size - 2], words[2 * size - 1], high, low) >= 0) {
                    throw new InvalidBytesException("digest " + size + " of a list is not above the one before it");
                }
                append(high, low);
            }
            return this;
        }

        private void append(long high, long low) {
            if (size == MAX_DIGESTS) {
                throw new InvalidBytesException("list of more than " + MAX_DIGESTS + " digests");
            }
            if (2 * size == words.length) {
                words = Arrays.copyOf(words, 2 * words.length);
            }
            words[2 * size] = high;
            words[2 * size + 1] = low;
            size++;
        }

        /** How many were added. */
        public int size() {
            return size;
        }

        /** Orders them. The builder must not be used any more. */
        public DigestList build() {
            sort(0, size - 1);
            int kept = 0;
            for (int i = 0; i < size; i++) {
                if (kept == 0 || words[2 * kept - 2] != words[2 * i] || words[2 * kept - 1] != words[2 * i + 1]) {
                    words[2 * kept] = words[2 * i];
                    words[2 * kept + 1] = words[2 * i + 1];
                    kept++;
                }
            }
            return new DigestList(kept == size ? words : Arrays.copyOf(words, 2 * kept), kept);
        }

        /** Quicksort, the smaller part first by recursion: digests are as good as random, and the stack stays short anyway. */
        private void sort(int first, int last) {
            int from = first;
            int to = last;
            while (from < to) {
                int left = from;
                int right = to;
                int middle = (from + to) >>> 1;
                long high = words[2 * middle];
                long low = words[2 * middle + 1];
                while (left <= right) {
                    while (compare(words[2 * left], words[2 * left + 1], high, low) < 0) {
                        left++;
                    }
                    while (compare(words[2 * right], words[2 * right + 1], high, low) > 0) {
                        right--;
                    }
                    if (left <= right) {
                        swap(left++, right--);
                    }
                }
                if (right - from < to - left) {
                    sort(from, right);
                    from = left;
                } else {
                    sort(left, to);
                    to = right;
                }
            }
        }

        private void swap(int one, int other) {
            long high = words[2 * one];
            long low = words[2 * one + 1];
            words[2 * one] = words[2 * other];
            words[2 * one + 1] = words[2 * other + 1];
            words[2 * other] = high;
            words[2 * other + 1] = low;
        }
    }

    private static int compare(long high, long low, long otherHigh, long otherLow) {
        int order = Long.compareUnsigned(high, otherHigh);
        return order != 0 ? order : Long.compareUnsigned(low, otherLow);
    }

    /** How many digests there are. */
    public int size() {
        return size;
    }

    /** Where a digest is, or a negative number. */
    public int indexOf(byte[] digest) {
        ByteBuffer in = ByteBuffer.wrap(digest);
        return indexOf(in.getLong(), in.getLong());
    }

    private int indexOf(long high, long low) {
        int from = 0;
        int to = size - 1;
        while (from <= to) {
            int middle = (from + to) >>> 1;
            int order = compare(words[2 * middle], words[2 * middle + 1], high, low);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                from = middle + 1;
            } else {
                to = middle - 1;
            }
        }
        return -1;
    }

    /** Whether a digest is there. */
    public boolean contains(byte[] digest) {
        return indexOf(digest) >= 0;
    }

    /** Whether the digest at an index of another list is here. */
    boolean containsAt(DigestList other, int index) {
        return indexOf(other.words[2 * index], other.words[2 * index + 1]) >= 0;
    }

    /** Adds the digest at an index to a builder. */
    void copyTo(int index, Builder target) {
        target.append(words[2 * index], words[2 * index + 1]);
    }

    /** The bytes of a part of the list, 16 for each digest. */
    public byte[] pack(int from, int to) {
        ByteBuffer out = ByteBuffer.allocate((to - from) * EntryDigests.BYTES);
        for (int i = 2 * from; i < 2 * to; i++) {
            out.putLong(words[i]);
        }
        return out.array();
    }

    /** What a statement says of it. */
    public Mark mark() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (int from = 0; from < size; from += PART_DIGESTS) {
                sha.update(pack(from, Math.min(size, from + PART_DIGESTS)));
            }
            return new Mark(size, BlobHash.of(sha.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
