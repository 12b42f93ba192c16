// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.value;

import io.peerkit.api.LimitExceededException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Writes values as CBOR with definite lengths into memory, up to a bound. */
public final class ValueWriter {
    private static final int INITIAL_BYTES = 1_024;

    /** The deepest nesting; ours is 6 at most. */
    private static final int MAX_DEPTH = 32;

    private static final int UNSIGNED = 0;
    private static final int NEGATIVE = 1;
    private static final int BYTES = 2;
    private static final int TEXT = 3;
    private static final int ARRAY = 4;
    private static final int MAP = 5;
    private static final int TAG = 6;
    private static final int FALSE = 0xf4;
    private static final int TRUE = 0xf5;
    private static final int NULL = 0xf6;
    private static final int DOUBLE = 0xfb;

    private final int maxBytes;
    private byte[] bytes = new byte[INITIAL_BYTES];
    private int size;

    /**
     * Makes an empty writer.
     *
     * @param maxBytes the most it will hold
     */
    public ValueWriter(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Encodes one value.
     *
     * @param value as the package describes
     * @return the bytes
     * @param maxBytes the most they may be
     * @throws LimitExceededException when they are more
     */
    public static byte[] encode(Object value, int maxBytes) {
        ValueWriter writer = new ValueWriter(maxBytes);
        writer.write(value);
        return writer.toBytes();
    }

    /**
     * Appends a value.
     *
     * @param value as the package describes
     * @throws LimitExceededException when it does not fit
     */
    public void write(Object value) {
        write(value, 0);
    }

    /**
     * The bytes so far.
     *
     * @return a copy
     */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    private void write(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("value nested deeper than " + MAX_DEPTH);
        }
        if (value instanceof byte[] content) {
            head(BYTES, content.length);
            append(content);
        } else if (value instanceof String text) {
            text(text);
        } else if (value instanceof Map<?, ?> map) {
            head(MAP, map.size());
            for (Map.Entry<?, ?> field : map.entrySet()) {
                text((String) field.getKey());
                write(field.getValue(), depth + 1);
            }
        } else if (value instanceof List<?> list) {
            head(ARRAY, list.size());
            for (Object item : list) {
                write(item, depth + 1);
            }
        } else if (value instanceof Long || value instanceof Integer) {
            integer(((Number) value).longValue());
        } else if (value instanceof RecordId id) {
            head(TAG, Tags.RECORD_ID);
            head(ARRAY, 2);
            text(id.table());
            write(id.key(), depth + 1);
        } else if (value instanceof Range range) {
            head(TAG, Tags.RANGE);
            head(ARRAY, 2);
            bound(range.begin(), depth);
            bound(range.end(), depth);
        } else {
            scalar(value);
        }
    }

    private void scalar(Object value) {
        if (value instanceof Boolean flag) {
            append(flag ? TRUE : FALSE);
        } else if (value instanceof Absent absent) {
            if (absent == Absent.NONE) {
                head(TAG, Tags.NONE);
            }
            append(NULL);
        } else if (value instanceof Double number) {
            append(DOUBLE);
            append(ByteBuffer.allocate(Double.BYTES).putDouble(number).array());
        } else if (value instanceof BigDecimal number) {
            head(TAG, Tags.DECIMAL);
            text(number.toPlainString());
        } else if (value instanceof Instant time) {
            pair(Tags.DATETIME, time.getEpochSecond(), time.getNano());
        } else if (value instanceof Duration length) {
            pair(Tags.DURATION, length.getSeconds(), length.getNano());
        } else if (value instanceof UUID id) {
            head(TAG, Tags.UUID);
            head(BYTES, 2 * Long.BYTES);
            append(ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(id.getMostSignificantBits())
                    .putLong(id.getLeastSignificantBits())
                    .array());
        } else {
            throw new IllegalArgumentException("no value of SurrealDB: " + value.getClass());
        }
    }

    private void bound(Range.Bound bound, int depth) {
        if (bound instanceof Range.Included included) {
            head(TAG, Tags.INCLUDED);
            write(included.value(), depth + 2);
        } else if (bound instanceof Range.Excluded excluded) {
            head(TAG, Tags.EXCLUDED);
            write(excluded.value(), depth + 2);
        } else {
            append(NULL);
        }
    }

    private void pair(int tag, long seconds, int nanos) {
        head(TAG, tag);
        head(ARRAY, 2);
        integer(seconds);
        integer(nanos);
    }

    private void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        head(TEXT, utf8.length);
        append(utf8);
    }

    private void integer(long value) {
        if (value < 0) {
            head(NEGATIVE, ~value);
        } else {
            head(UNSIGNED, value);
        }
    }

    /** RFC 8949 §3: the major type in three bits, then the argument in as few bytes as it takes. */
    private void head(int major, long argument) {
        int type = major << 5;
        if (argument < 24) {
            append(type | (int) argument);
        } else if (argument <= 0xff) {
            append(type | 24);
            append((int) argument);
        } else if (argument <= 0xffff) {
            append(type | 25);
            bigEndian(argument, 2);
        } else if (argument <= 0xffff_ffffL) {
            append(type | 26);
            bigEndian(argument, 4);
        } else {
            append(type | 27);
            bigEndian(argument, 8);
        }
    }

    private void bigEndian(long value, int length) {
        for (int i = length - 1; i >= 0; i--) {
            append((int) (value >>> (8 * i)));
        }
    }

    private void append(int value) {
        room(1);
        bytes[size++] = (byte) value;
    }

    private void append(byte[] content) {
        room(content.length);
        System.arraycopy(content, 0, bytes, size, content.length);
        size += content.length;
    }

    private void room(int more) {
        if (more > maxBytes - size) {
            throw new LimitExceededException(
                    "frame of more than " + ((long) size + more) + " bytes, at most " + maxBytes);
        }
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(maxBytes, Math.max(size + more, 2 * bytes.length)));
        }
    }
}
