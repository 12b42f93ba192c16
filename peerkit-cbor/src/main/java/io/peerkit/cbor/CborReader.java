// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.cbor.CBORParser;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Builds values from an input that {@link CborScan} has passed, so nothing here is bounded a second time. */
final class CborReader {
    private static final CborValue[] NO_VALUES = {};
    private static final String[] NO_KEYS = {};

    /** Room for an entry's header; nothing is made for an empty map or array, which a peer sends by the thousand for a byte each. */
    private static final int FIRST_CAPACITY = 12;

    private CborReader() {}

    static CborValue read(byte[] input) throws IOException {
        try (CBORParser parser = JacksonCbor.FACTORY.createParser(input)) {
            return value(parser, parser.nextToken());
        }
    }

    private static CborValue value(CBORParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_EMBEDDED_OBJECT -> CborBytes.wrap(parser.getBinaryValue());
            case VALUE_STRING -> new CborText(parser.getText());
            case START_ARRAY -> array(parser);
            case START_OBJECT -> map(parser);
            case VALUE_TRUE -> CborSimple.TRUE;
            case VALUE_FALSE -> CborSimple.FALSE;
            case VALUE_NULL -> CborSimple.NULL;
            default -> throw new IOException("unexpected token " + token);
        };
    }

    private static CborInteger integer(CBORParser parser) throws IOException {
        return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? CborInteger.ofUnsigned(parser.getBigIntegerValue().longValue())
                : CborInteger.of(parser.getLongValue());
    }

    private static CborArray array(CBORParser parser) throws IOException {
        CborValue[] items = NO_VALUES;
        int count = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (count == items.length) {
                items = Arrays.copyOf(items, Math.max(FIRST_CAPACITY, 2 * count));
            }
            items[count++] = value(parser, token);
        }
        return new CborArray(List.of(Arrays.copyOf(items, count)));
    }

    private static CborMap map(CBORParser parser) throws IOException {
        String[] keys = NO_KEYS;
        CborValue[] values = NO_VALUES;
        int count = 0;
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            if (count == keys.length) {
                int capacity = Math.max(FIRST_CAPACITY, 2 * count);
                keys = Arrays.copyOf(keys, capacity);
                values = Arrays.copyOf(values, capacity);
            }
            keys[count] = key;
            values[count++] = value(parser, parser.nextToken());
        }
        return new CborMap(keys, values, count);
    }
}
