// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import java.util.Arrays;

/**
 * The first coded symbols of a set: each the exclusive or of the items that map to it, that of their checksums, and their
 * number. Those of two disjoint sets add up to those of their union.
 *
 * <p>An item is one or more words; the sketches of entries have items of one, the short id.
 *
 * <p>Not changed once it is handed out; the sketch that made it copies before it changes anything.
 */
final class CodedSymbols {
    /** The words of an item. */
    final int words;

    final long[] sums;
    final long[] checks;
    final int[] counts;

    CodedSymbols(int size, int words) {
        this(words, new long[size * words], new long[size], new int[size]);
    }

    private CodedSymbols(int words, long[] sums, long[] checks, int[] counts) {
        this.words = words;
        this.sums = sums;
        this.checks = checks;
        this.counts = counts;
    }

    int size() {
        return checks.length;
    }

    CodedSymbols copy() {
        return new CodedSymbols(words, sums.clone(), checks.clone(), counts.clone());
    }

    /** The symbols of the union with a disjoint set; as many as the shorter of the two has. */
    CodedSymbols plus(CodedSymbols other) {
        if (words != other.words) {
            throw new IllegalArgumentException("items of " + other.words + " words, must be " + words);
        }
        int size = Math.min(size(), other.size());
        CodedSymbols both = new CodedSymbols(
                words, Arrays.copyOf(sums, size * words), Arrays.copyOf(checks, size), Arrays.copyOf(counts, size));
        for (int i = 0; i < size * words; i++) {
            both.sums[i] ^= other.sums[i];
        }
        for (int i = 0; i < size; i++) {
            both.checks[i] ^= other.checks[i];
            both.counts[i] += other.counts[i];
        }
        return both;
    }

    /** Adds an item to all symbols that it maps to, or takes it out; {@code sign} is 1 or -1. */
    void apply(long[] item, long checksum, int sign) {
        SymbolMapping mapping = new SymbolMapping(checksum);
        for (long i = 0; i < checks.length; i = mapping.next()) {
            apply((int) i, item, checksum, sign);
        }
    }

    void apply(int index, long[] item, long checksum, int sign) {
        for (int word = 0; word < words; word++) {
            sums[index * words + word] ^= item[word];
        }
        checks[index] ^= checksum;
        counts[index] += sign;
    }
}
