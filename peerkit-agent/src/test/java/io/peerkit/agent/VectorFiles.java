// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads shared vectors in place: JSON as maps, lists and texts; numbers, true, false and null are texts as well. */
public final class VectorFiles {
    private final String json;
    private int at;

    private VectorFiles(String json) {
        this.json = json;
    }

    /** Skips the test when the file is absent, but fails it where the vectors must be there. */
    public static Object read(String name) throws IOException {
        Path file = Path.of(System.getProperty("peerkit.vectors", "vectors"), name);
        if (!Files.exists(file)) {
            if ("true".equals(System.getenv("CI"))) {
                fail("vectors %s are absent", name);
            }
            abort("skipped: vectors " + name + " are absent");
        }
        return new VectorFiles(Files.readString(file)).value();
    }

    private Object value() {
        return switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> text();
            default -> word();
        };
    }

    private char peek() {
        while (Character.isWhitespace(json.charAt(at))) {
            at++;
        }
        return json.charAt(at);
    }

    private boolean skip(char c) {
        boolean found = peek() == c;
        at += found ? 1 : 0;
        return found;
    }

    private void expect(char c) {
        if (!skip(c)) {
            throw new IllegalStateException("no " + c + " at " + at);
        }
    }

    private Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        expect('{');
        while (!skip('}')) {
            skip(',');
            peek();
            String key = text();
            expect(':');
            object.put(key, value());
        }
        return object;
    }

    private List<Object> array() {
        List<Object> array = new ArrayList<>();
        expect('[');
        while (!skip(']')) {
            skip(',');
            array.add(value());
        }
        return array;
    }

    /** What an escape stands for does not matter to these tests, only where the text ends. */
    private String text() {
        StringBuilder text = new StringBuilder();
        expect('"');
        for (; json.charAt(at) != '"'; at++) {
            if (json.charAt(at) == '\\') {
                at++;
            }
            text.append(json.charAt(at));
        }
        at++;
        return text.toString();
    }

    private String word() {
        int start = at;
        while (",]}".indexOf(json.charAt(at)) < 0 && !Character.isWhitespace(json.charAt(at))) {
            at++;
        }
        return json.substring(start, at);
    }
}
