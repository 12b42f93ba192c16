// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import java.util.Locale;

/** The three simple values that deterministic CBOR keeps here; {@code undefined} and all others are refused. */
public enum CborSimple implements CborValue {
    /** The boolean false, byte {@code f4}. */
    FALSE,
    /** The boolean true, byte {@code f5}. */
    TRUE,
    /** Null, byte {@code f6}; not the same as an absent key. */
    NULL;

    /**
     * The value of a boolean.
     *
     * @param value the boolean
     * @return {@link #TRUE} or {@link #FALSE}
     */
    public static CborSimple of(boolean value) {
        return value ? TRUE : FALSE;
    }

    @Override
    public String kind() {
        return toString();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
