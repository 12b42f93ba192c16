// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Writes values in their one deterministic form; works around the three places where Jackson's generator would not. */
final class CborWriter {
    /** The generator gives longer texts an indefinite or a longer length than needed; they go to it as UTF-8 instead. */
    private static final int MAX_GENERATOR_TEXT_CHARS = 255;

    private final CBORGenerator generator;
    private final EncodedOutput output;

    private CborWriter(CBORGenerator generator, EncodedOutput output) {
        this.generator = generator;
        this.output = output;
    }

    static void write(CborValue value, EncodedOutput output) throws IOException {
        try (CBORGenerator generator = JacksonCbor.FACTORY.createGenerator(output)) {
            new CborWriter(generator, output).value(value, 0);
        }
    }

    private void value(CborValue value, int depth) throws IOException {
        if (value instanceof CborInteger integer) {
            integer(integer);
        } else if (value instanceof CborBytes bytes) {
            generator.writeBinary(bytes.array());
        } else if (value instanceof CborText text) {
            text(text.value());
        } else if (value instanceof CborMap map) {
            map(map, containerDepth(depth));
        } else if (value instanceof CborArray array) {
            array(array, containerDepth(depth));
        } else if (value == CborSimple.NULL) {
            generator.writeNull();
        } else {
            generator.writeBoolean(value == CborSimple.TRUE);
        }
    }

    private static int containerDepth(int depth) {
        if (depth >= CborLimits.MAX_DEPTH) {
            throw new IllegalArgumentException("CBOR value nests deeper than " + CborLimits.MAX_DEPTH);
        }
        return depth + 1;
    }

    /** From 2^63 on the generator would write a tagged bignum, so a placeholder of the same size gets the bits. */
    private void integer(CborInteger integer) throws IOException {
        if (integer.fitsLong()) {
            generator.writeNumber(integer.bits());
            return;
        }
        generator.writeNumber(Long.MAX_VALUE);
        generator.flush();
        output.overwriteLast(integer.bits());
    }

    private void text(String text) throws IOException {
        if (text.length() <= MAX_GENERATOR_TEXT_CHARS) {
            generator.writeString(text);
            return;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        generator.writeUTF8String(utf8, 0, utf8.length);
    }

    private void array(CborArray array, int depth) throws IOException {
        generator.writeStartArray(array, array.items().size());
        for (CborValue item : array.items()) {
            value(item, depth);
        }
        generator.writeEndArray();
    }

    private void map(CborMap map, int depth) throws IOException {
        int size = map.size();
        generator.writeStartObject(map, size);
        for (int i = 0; i < size; i++) {
            key(map.keyAt(i));
            value(map.valueAt(i), depth);
        }
        generator.writeEndObject();
    }

    private void key(String key) throws IOException {
        if (key.length() <= MAX_GENERATOR_TEXT_CHARS) {
            generator.writeFieldName(key);
        } else {
            generator.writeFieldName(new SerializedString(key));
        }
    }
}
