// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A byte string.
 *
 * <p>The array is shared, never copied, since payloads of a megabyte pass through here: whoever hands an array over gives
 * it up, and whoever reads {@link #array()} must not change it. The decoder makes one private copy for each byte
 * string, so its input may be reused.
 */
public final class CborBytes implements CborValue {
    private static final int MAX_SHOWN_BYTES = 32;

    private final byte[] array;

    private CborBytes(byte[] array) {
        this.array = array;
    }

    /**
     * Makes a byte string of an array.
     *
     * @param array the bytes; from now on nobody may change them
     * @return the byte string
     */
    public static CborBytes wrap(byte[] array) {
        return new CborBytes(array);
    }

    /**
     * The bytes.
     *
     * @return the array itself; the caller must not change it
     */
    public byte[] array() {
        return array;
    }

    @Override
    public String kind() {
        return "bytes";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CborBytes that && Arrays.equals(array, that.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    @Override
    public String toString() {
        String shown = HexFormat.of().formatHex(array, 0, Math.min(array.length, MAX_SHOWN_BYTES));
        return array.length <= MAX_SHOWN_BYTES ? "h'" + shown + "'" : "h'" + shown + "…' of " + array.length + " bytes";
    }
}
