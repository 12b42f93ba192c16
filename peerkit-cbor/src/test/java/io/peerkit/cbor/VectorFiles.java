// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the shared vectors in place as plain lists, maps, strings and numbers. */
final class VectorFiles {
    private static final JsonFactory JSON = new JsonFactory();

    private VectorFiles() {}

    /** Skips the test when the folder is absent, but fails it where the vectors must be there. */
    static Object read(String name) throws IOException {
        Path file = Path.of(System.getProperty("peerkit.vectors", "vectors"), name);
        if (!Files.exists(file)) {
            if ("true".equals(System.getenv("CI"))) {
                fail("vectors %s are absent", name);
            }
            abort("skipped: vectors " + name + " are absent");
        }
        return parse(Files.readString(file));
    }

    static Object parse(String json) throws IOException {
        try (JsonParser parser = JSON.createParser(json)) {
            return value(parser, parser.nextToken());
        }
    }

    private static Object value(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE, VALUE_FALSE -> parser.getBooleanValue();
            default -> parser.getText();
        };
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            object.put(key, value(parser, parser.nextToken()));
        }
        return object;
    }

    private static List<Object> array(JsonParser parser) throws IOException {
        List<Object> array = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            array.add(value(parser, token));
        }
        return array;
    }
}
