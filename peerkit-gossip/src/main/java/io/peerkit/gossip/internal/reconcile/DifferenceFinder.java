// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import io.peerkit.api.InvalidBytesException;
import java.util.Arrays;

/**
 * Finds from a peer's symbols what only one of two sets has.
 *
 * <p>Belongs to the thread of the set.
 */
public final class DifferenceFinder {
    /** Symbols are asked for in steps that grow the number by half. */
    private static final int GROWTH = 2;

    /** The least number of symbols to ask for. */
    private static final int MIN_STEP = 16;

    /** For each difference that is guessed, 1.8 symbols are sent at once: 1.4 needed, the guess 18 % uncertain. */
    private static final double SYMBOLS_PER_DIFFERENCE = 1.8;

    /** Few differences need more symbols each, and more luck. */
    private static final double SYMBOLS_PER_ROOT = 4;

    private static final int LEAST_SYMBOLS = 8;

    private final SymbolDecoder decoder;
    private final EntrySet set;
    private final IdList have = new IdList();
    private final IdList scratch = new IdList();
    private SymbolDecoder.State state = SymbolDecoder.State.OPEN;

    /** What is known after the symbols so far. */
    public enum Result {
        /** More symbols are needed. */
        OPEN,
        /** All differences are known. */
        FOUND,
        /** Symbols do not find them: too many, or made up. */
        HOPELESS
    }

    /**
     * @param own what the set looked like when the session began
     * @param set the set, as it is now, to look up entries in
     */
    public DifferenceFinder(Sketch own, EntrySet set) {
        this.set = set;
        SketchKey key = own.key();
        decoder = new SymbolDecoder(
                own.symbols(),
                new SymbolDecoder.Items() {
                    @Override
                    public long checksum(long[] words, int offset) {
                        return key.checksum(words[offset]);
                    }

                    @Override
                    public boolean has(long[] words, int offset) {
                        return holds(words[offset]);
                    }
                },
                ShortSymbols.CHECK_MASK);
    }

    private boolean holds(long shortId) {
        int before = have.size();
        set.find(shortId, have);
        return have.size() > before;
    }

    /**
     * The number of symbols to send first.
     *
     * @param differences as guessed
     * @param most how many there are
     * @return at most {@code most}
     */
    public static int firstSymbols(int differences, int most) {
        double symbols =
                LEAST_SYMBOLS + SYMBOLS_PER_DIFFERENCE * differences + SYMBOLS_PER_ROOT * Math.sqrt(differences);
        return (int) Math.min(most, symbols);
    }

    /**
     * Guesses how many entries only one of two sets has.
     *
     * @param own the sketch of one
     * @param count how many entries it has
     * @param peerEstimate what {@link Sketch#estimate} gave for the other
     * @param peerCount how many entries that has
     * @return at least the difference of the counts
     * @throws InvalidBytesException when the estimate is not 64 bytes long
     */
    public static int guess(Sketch own, int count, byte[] peerEstimate, int peerCount) {
        return DifferenceEstimate.between(own.estimate(), count, DifferenceEstimate.require(peerEstimate), peerCount);
    }

    /**
     * Takes the peer's next symbols.
     *
     * @param symbols behind those before, as {@link ShortSymbols#write} gives them; not kept
     * @return what is known now
     * @throws InvalidBytesException when they are malformed, or more than this side has
     */
    public Result take(byte[] symbols) {
        CodedSymbols read = ShortSymbols.read(symbols);
        if (read.size() > decoder.missing()) {
            throw new InvalidBytesException(read.size() + " symbols, at most " + decoder.missing() + " more");
        }
        state = decoder.take(read);
        return switch (state) {
            case DECODED -> Result.FOUND;
            case FAILED -> Result.HOPELESS;
            case OPEN -> decoder.missing() == 0 ? Result.HOPELESS : Result.OPEN;
        };
    }

    /**
     * How many symbols came.
     *
     * @return the number
     */
    public int received() {
        return decoder.received();
    }

    /**
     * How many differences are known.
     *
     * @return all of them, when they are found
     */
    public int differences() {
        return decoder.differences().size();
    }

    /**
     * How many symbols to ask for next, those that came included.
     *
     * @return half as many again, within the capacity
     */
    public int wanted() {
        int step = Math.max(MIN_STEP, decoder.received() / GROWTH);
        return decoder.received() + Math.min(decoder.missing(), step);
    }

    /**
     * The entries that the peer lacks; complete when all is found.
     *
     * @return their ids
     */
    public IdList have() {
        return have;
    }

    /**
     * The short ids of what this set lacks, now: what came in the meantime is left out.
     *
     * @return short ids
     */
    public long[] need() {
        long[] need = new long[decoder.differences().size()];
        int count = 0;
        for (SymbolDecoder.Difference difference : decoder.differences()) {
            if (difference.onlyPeer && !isKnown(difference.item[0])) {
                need[count++] = difference.item[0];
            }
        }
        return Arrays.copyOf(need, count);
    }

    private boolean isKnown(long shortId) {
        int before = scratch.size();
        set.find(shortId, scratch);
        return scratch.size() > before;
    }
}
