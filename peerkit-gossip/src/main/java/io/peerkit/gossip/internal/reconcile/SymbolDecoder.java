// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Finds the differences of two sets from their coded symbols: subtracts the own symbols from the peer's and peels one item
 * after the other from symbols that hold but one.
 *
 * <p>Symbols may be crafted. Each item is peeled at most once, one that only this side should have must be there, no more are
 * peeled than symbols came, and the steps in all are bounded; otherwise the decoder gives up, and so it does when symbols
 * contradict each other.
 *
 * <p>For one thread. Counts matter modulo 4 only, so that two bits of them suffice on the wire.
 */
final class SymbolDecoder {
    /** Steps along mappings for each symbol that came; honest items take some 15 for each symbol. */
    static final int STEPS_PER_SYMBOL = 64;

    /** Steps that are allowed beside those. */
    static final int SPARE_STEPS = 1_024;

    private static final int INITIAL_CANDIDATES = 64;

    private static final int COUNT_MASK = 3;
    private static final int ONLY_PEER = 1;
    private static final int ONLY_OWN = 3;

    /** What is known after the symbols so far. */
    enum State {
        /** More symbols are needed. */
        OPEN,
        /** All differences are known. */
        DECODED,
        /** The symbols contradict each other or the own set; more of them do not help. */
        FAILED
    }

    /** What the decoder asks about items. */
    interface Items {
        /** The checksum of an item. */
        long checksum(long[] words, int offset);

        /** Whether this side has an item. */
        boolean has(long[] words, int offset);
    }

    /** An item that only one side has. */
    static final class Difference {
        final long[] item;
        final boolean onlyPeer;
        private final long checksum;
        private final SymbolMapping mapping;

        private Difference(long[] item, boolean onlyPeer, long checksum) {
            this.item = item;
            this.onlyPeer = onlyPeer;
            this.checksum = checksum;
            this.mapping = new SymbolMapping(checksum);
        }
    }

    private final CodedSymbols own;
    private final Items items;
    private final long checkMask;
    private final CodedSymbols rest;
    private final List<Difference> differences = new ArrayList<>();
    private final Set<Long> seen = new HashSet<>();
    private int[] candidates = new int[INITIAL_CANDIDATES];
    private int candidateCount;
    private int received;
    private int nonZero;
    private long steps;
    private State state = State.OPEN;

    /**
     * @param own the symbols of this side; no more than these can be taken
     * @param items knows checksums, and what this side has
     * @param checkMask the bits of the checksums that the peer sends
     */
    SymbolDecoder(CodedSymbols own, Items items, long checkMask) {
        this.own = own;
        this.items = items;
        this.checkMask = checkMask;
        this.rest = new CodedSymbols(own.size(), own.words);
    }

    /**
     * Takes the next symbols of the peer, those behind the ones before.
     *
     * @param symbols no more than {@link #missing}
     * @return what is known now; {@code FAILED} stays
     */
    State take(CodedSymbols symbols) {
        Objects.checkFromIndexSize(received, symbols.size(), own.size());
        if (state == State.FAILED) {
            return state;
        }
        int from = received;
        received += symbols.size();
        for (int i = from; i < received; i++) {
            subtract(symbols, i - from, i);
        }
        for (Difference known : differences) {
            removeFromNew(known);
        }
        for (int i = from; i < received; i++) {
            nonZero += isZero(i) ? 0 : 1;
            candidate(i);
        }
        state = peel();
        return state;
    }

    /** How many symbols can still be taken. */
    int missing() {
        return own.size() - received;
    }

    /** The steps along mappings so far. */
    long steps() {
        return steps;
    }

    /** How many symbols were taken. */
    int received() {
        return received;
    }

    /** The differences found so far, all of them when decoded. */
    List<Difference> differences() {
        return differences;
    }

    private void subtract(CodedSymbols symbols, int at, int index) {
        for (int word = 0; word < own.words; word++) {
            rest.sums[index * own.words + word] =
                    symbols.sums[at * own.words + word] ^ own.sums[index * own.words + word];
        }
        rest.checks[index] = (symbols.checks[at] ^ own.checks[index]) & checkMask;
        rest.counts[index] = (symbols.counts[at] - own.counts[index]) & COUNT_MASK;
    }

    /** The mapping of a difference stands at the first index it has not been taken out of. */
    private void removeFromNew(Difference known) {
        while (known.mapping.index() < received) {
            change((int) known.mapping.index(), known);
            known.mapping.next();
        }
    }

    private void change(int index, Difference known) {
        rest.apply(index, known.item, known.checksum & checkMask, known.onlyPeer ? -1 : 1);
        rest.counts[index] &= COUNT_MASK;
        steps++;
    }

    private State peel() {
        while (candidateCount > 0) {
            int index = candidates[--candidateCount];
            int count = rest.counts[index];
            if (count != ONLY_PEER && count != ONLY_OWN) {
                continue;
            }
            int at = index * own.words;
            long checksum = items.checksum(rest.sums, at);
            if ((checksum & checkMask) != rest.checks[index]) {
                continue;
            }
            if (!isAllowed(checksum, count == ONLY_PEER, at)) {
                return State.FAILED;
            }
            remove(new Difference(Arrays.copyOfRange(rest.sums, at, at + own.words), count == ONLY_PEER, checksum));
            if (steps > (long) STEPS_PER_SYMBOL * received + SPARE_STEPS) {
                return State.FAILED;
            }
        }
        return nonZero == 0 ? State.DECODED : State.OPEN;
    }

    private boolean isAllowed(long checksum, boolean onlyPeer, int at) {
        return seen.add(checksum) && differences.size() < received && (onlyPeer || items.has(rest.sums, at));
    }

    private void remove(Difference found) {
        differences.add(found);
        while (found.mapping.index() < received) {
            int index = (int) found.mapping.index();
            boolean wasZero = isZero(index);
            change(index, found);
            nonZero += (isZero(index) ? 0 : 1) - (wasZero ? 0 : 1);
            candidate(index);
            found.mapping.next();
        }
    }

    private boolean isZero(int index) {
        long any = rest.checks[index] | rest.counts[index];
        for (int word = 0; word < own.words; word++) {
            any |= rest.sums[index * own.words + word];
        }
        return any == 0;
    }

    private void candidate(int index) {
        if (candidateCount == candidates.length) {
            candidates = Arrays.copyOf(candidates, 2 * candidates.length);
        }
        candidates[candidateCount++] = index;
    }
}
