// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

/**
 * An integer from -2<sup>63</sup> to 2<sup>64</sup>-1.
 *
 * <p>CBOR itself goes down to -2<sup>64</sup>; nothing of ours needs that, so the decoder refuses it.
 */
public final class CborInteger implements CborValue {
    private final long bits;
    private final boolean negative;

    private CborInteger(long bits, boolean negative) {
        this.bits = bits;
        this.negative = negative;
    }

    /**
     * A signed integer.
     *
     * @param value any long
     * @return the integer
     */
    public static CborInteger of(long value) {
        return new CborInteger(value, value < 0);
    }

    /**
     * An unsigned integer.
     *
     * @param bits 64 bits, read without a sign
     * @return the integer, never negative
     */
    public static CborInteger ofUnsigned(long bits) {
        return new CborInteger(bits, false);
    }

    /**
     * The 64 bits: the signed value when {@link #fitsLong()}, otherwise the unsigned value.
     *
     * @return the bits
     */
    public long bits() {
        return bits;
    }

    /**
     * Whether the integer is below zero.
     *
     * @return false for every unsigned integer, however large
     */
    public boolean isNegative() {
        return negative;
    }

    /**
     * Whether {@link #bits()} is the value as a signed long.
     *
     * @return false from 2<sup>63</sup> on
     */
    public boolean fitsLong() {
        return negative || bits >= 0;
    }

    @Override
    public String kind() {
        return "integer";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CborInteger that && bits == that.bits && negative == that.negative;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(bits);
    }

    @Override
    public String toString() {
        return negative ? Long.toString(bits) : Long.toUnsignedString(bits);
    }
}
