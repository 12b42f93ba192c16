// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import io.peerkit.api.InvalidBytesException;
import java.io.IOException;
import java.util.Arrays;

/**
 * Turns values into deterministic CBOR and back.
 *
 * <p>A value has exactly one encoding: text keys only, in the bytewise order of their encodings and each once; the shortest form of
 * every integer and length; definite lengths; no floats, no tags, no simple values but false, true and null. The
 * decoder refuses all other bytes, so whatever it returns encodes to what it was given, and a hash or signature over
 * the bytes is one over the value. May be called from any thread.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8949.html#section-4.2.1">RFC 8949 section 4.2.1, core deterministic
 *     encoding requirements</a>
 */
public final class Cbor {
    private Cbor() {}

    /**
     * Encodes a value.
     *
     * @param value any value that nests no deeper than {@link CborLimits#MAX_DEPTH}
     * @return the encoding; the array belongs to the caller
     * @throws IllegalArgumentException when the value nests deeper
     */
    public static byte[] encode(CborValue value) {
        return encode(value, new EncodedOutput(0));
    }

    private static byte[] encode(CborValue value, EncodedOutput output) {
        try {
            CborWriter.write(value, output);
        } catch (IOException e) {
            throw new AssertionError("writing to memory does not fail", e);
        }
        return output.toBytes();
    }

    /**
     * Decodes one value that fills the whole input.
     *
     * @param input the encoding; not kept, the caller may change it afterwards
     * @param limits what is accepted at most
     * @return the value
     * @throws InvalidBytesException when the input is not the deterministic encoding of a value within the limits
     */
    public static CborValue decode(byte[] input, CborLimits limits) {
        CborScan.check(input, limits);
        CborValue value = read(input);
        // The scan leaves nothing for this to find, as the tests show; it stays because a value that is not what was
        // signed would be worse than the third of the decoding time that it takes.
        if (!Arrays.equals(encode(value, new EncodedOutput(input.length)), input)) {
            throw new InvalidBytesException("CBOR of " + input.length + " bytes does not encode to the same bytes");
        }
        return value;
    }

    private static CborValue read(byte[] input) {
        try {
            return CborReader.read(input);
        } catch (IOException e) {
            throw new InvalidBytesException("CBOR of " + input.length + " bytes is malformed", e);
        }
    }

    /**
     * Decodes one map that fills the whole input.
     *
     * @param field what the map is, for the error message
     * @param input the encoding; not kept, the caller may change it afterwards
     * @param limits what is accepted at most
     * @return the map
     * @throws InvalidBytesException when the input is not the deterministic encoding of a map within the limits
     */
    public static CborMap decodeMap(String field, byte[] input, CborLimits limits) {
        return decode(input, limits).asMap(field);
    }
}
