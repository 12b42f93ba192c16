// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

/**
 * What a set looks like from afar at one moment: enough to find what another one has more or less.
 *
 * <p>Immutable. Sketches of disjoint sets under one key add up to that of their union.
 */
public final class Sketch {
    /** The length of {@link #estimate} in bytes. */
    public static final int ESTIMATE_BYTES = DifferenceEstimate.LENGTH_BYTES;

    private final SketchKey key;
    private final CodedSymbols symbols;
    private final byte[] estimate;

    Sketch(SketchKey key, CodedSymbols symbols, byte[] estimate) {
        this.key = key;
        this.symbols = symbols;
        this.estimate = estimate;
    }

    SketchKey key() {
        return key;
    }

    CodedSymbols symbols() {
        return symbols;
    }

    /**
     * How many coded symbols there are.
     *
     * @return the number
     */
    public int symbolCount() {
        return symbols.size();
    }

    /**
     * What a peer needs to guess the number of differences.
     *
     * @return a copy, 64 bytes
     */
    public byte[] estimate() {
        return estimate.clone();
    }

    /**
     * The sketch of the union with a disjoint set.
     *
     * @param other made with the same key
     * @return as many symbols as the shorter one has
     */
    public Sketch plus(Sketch other) {
        if (key != other.key) {
            throw new IllegalArgumentException("sketches of different keys do not add up");
        }
        return new Sketch(key, symbols.plus(other.symbols), DifferenceEstimate.plus(estimate, other.estimate));
    }
}
