// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import io.peerkit.api.InvalidBytesException;
import java.util.List;

/**
 * One data item of deterministic CBOR: an integer, bytes, text, an array, a map, a boolean or null.
 *
 * <p>Values are immutable and safe to share between threads; see {@link CborBytes} for the one duty this puts on callers.
 * The {@code as…} methods are for codecs of protocols: each turns a decoded item into what a field must be, or throws
 * an {@link InvalidBytesException} that names the field, what was found and the bound.
 */
public sealed interface CborValue permits CborArray, CborBytes, CborInteger, CborMap, CborSimple, CborText {

    /**
     * What the item is, for messages to people.
     *
     * @return a noun such as {@code text}
     */
    String kind();

    /**
     * The item as bytes.
     *
     * @param field the name for the error message
     * @param maxBytes the greatest allowed length in bytes
     * @return the bytes, not copied; the caller must not change them
     * @throws InvalidBytesException when the item is no byte string or longer
     */
    default byte[] asBytes(String field, int maxBytes) {
        byte[] bytes = bytes(field);
        if (bytes.length > maxBytes) {
            throw new InvalidBytesException(field + " of " + bytes.length + " bytes, at most " + maxBytes);
        }
        return bytes;
    }

    /**
     * The item as bytes of a fixed length, such as a hash or a signature.
     *
     * @param field the name for the error message
     * @param lengthBytes the only allowed length in bytes
     * @return the bytes, not copied; the caller must not change them
     * @throws InvalidBytesException when the item is no byte string or of another length
     */
    default byte[] asBytesExact(String field, int lengthBytes) {
        byte[] bytes = bytes(field);
        if (bytes.length != lengthBytes) {
            throw new InvalidBytesException(field + " of " + bytes.length + " bytes, must be " + lengthBytes);
        }
        return bytes;
    }

    private byte[] bytes(String field) {
        if (this instanceof CborBytes bytes) {
            return bytes.array();
        }
        throw mismatch(field, "bytes");
    }

    /**
     * The item as text.
     *
     * @param field the name for the error message
     * @param maxChars the greatest allowed {@link String#length()}
     * @return the text
     * @throws InvalidBytesException when the item is no text or longer
     */
    default String asText(String field, int maxChars) {
        if (!(this instanceof CborText text)) {
            throw mismatch(field, "text");
        }
        if (text.value().length() > maxChars) {
            throw new InvalidBytesException(
                    field + " of " + text.value().length() + " characters, at most " + maxChars);
        }
        return text.value();
    }

    /**
     * The item as a signed integer within bounds.
     *
     * @param field the name for the error message
     * @param min the least allowed value
     * @param max the greatest allowed value
     * @return the integer
     * @throws InvalidBytesException when the item is no integer or outside the bounds
     */
    default long asLong(String field, long min, long max) {
        CborInteger integer = integer(field);
        if (!integer.fitsLong() || integer.bits() < min || integer.bits() > max) {
            throw new InvalidBytesException(field + " of " + integer + ", must be " + min + " to " + max);
        }
        return integer.bits();
    }

    /**
     * The item as an {@code int} within bounds.
     *
     * @param field the name for the error message
     * @param min the least allowed value
     * @param max the greatest allowed value
     * @return the integer
     * @throws InvalidBytesException when the item is no integer or outside the bounds
     */
    default int asInt(String field, int min, int max) {
        return (int) asLong(field, min, max);
    }

    /**
     * The item as an unsigned 64-bit integer.
     *
     * @param field the name for the error message
     * @return the 64 bits; compare and print them with {@link Long#compareUnsigned} and {@link Long#toUnsignedString}
     * @throws InvalidBytesException when the item is no integer or negative
     */
    default long asUnsigned(String field) {
        CborInteger integer = integer(field);
        if (integer.isNegative()) {
            throw new InvalidBytesException(field + " of " + integer + ", must be 0 to 2^64-1");
        }
        return integer.bits();
    }

    private CborInteger integer(String field) {
        if (this instanceof CborInteger integer) {
            return integer;
        }
        throw mismatch(field, "integer");
    }

    /**
     * The item as a boolean.
     *
     * @param field the name for the error message
     * @return the truth
     * @throws InvalidBytesException when the item is neither true nor false
     */
    default boolean asBoolean(String field) {
        if (this == CborSimple.TRUE) {
            return true;
        }
        if (this == CborSimple.FALSE) {
            return false;
        }
        throw mismatch(field, "boolean");
    }

    /**
     * The item as a list.
     *
     * @param field the name for the error message
     * @param maxItems the greatest allowed number of items
     * @return the items, immutable
     * @throws InvalidBytesException when the item is no array or has more items
     */
    default List<CborValue> asList(String field, int maxItems) {
        if (!(this instanceof CborArray array)) {
            throw mismatch(field, "array");
        }
        if (array.items().size() > maxItems) {
            throw new InvalidBytesException(field + " of " + array.items().size() + " items, at most " + maxItems);
        }
        return array.items();
    }

    /**
     * The item as a map.
     *
     * @param field the name for the error message
     * @return the map
     * @throws InvalidBytesException when the item is no map
     */
    default CborMap asMap(String field) {
        if (this instanceof CborMap map) {
            return map;
        }
        throw mismatch(field, "map");
    }

    private InvalidBytesException mismatch(String field, String expected) {
        return new InvalidBytesException(field + " is " + kind() + ", must be " + expected);
    }
}
