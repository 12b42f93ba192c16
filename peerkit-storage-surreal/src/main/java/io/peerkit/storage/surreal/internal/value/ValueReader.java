// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.value;

import io.peerkit.api.InvalidBytesException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Reads one value from CBOR. Every length is checked against what is left of the input before anything is allocated;
 * strings and containers in pieces (indefinite length) are read too.
 */
public final class ValueReader {
    /** The deepest nesting of arrays, maps and tags. */
    static final int MAX_DEPTH = 32;

    /** The most data items in one input: some 100 MB of heap beside their content at worst. */
    static final int MAX_ITEMS = 2_000_000;

    /** The longest decimal in characters; SurrealDB's have 30. */
    private static final int MAX_DECIMAL_CHARS = 64;

    private static final int INDEFINITE = 31;
    private static final int BREAK = 0xff;

    private final ByteBuffer in;
    private int items;

    private ValueReader(ByteBuffer in) {
        this.in = in;
    }

    /**
     * Reads a value that fills its input.
     *
     * @param bytes one encoded value, not more
     * @return the value, as the package describes
     * @throws InvalidBytesException when {@code bytes} are anything else
     */
    public static Object read(byte[] bytes) {
        ValueReader reader = new ValueReader(ByteBuffer.wrap(bytes));
        Object value = reader.value(0);
        if (reader.in.hasRemaining()) {
            throw new InvalidBytesException("CBOR value followed by " + reader.in.remaining() + " bytes");
        }
        return value;
    }

    private Object value(int depth) {
        if (depth > MAX_DEPTH) {
            throw new InvalidBytesException("CBOR nested deeper than " + MAX_DEPTH);
        }
        if (++items > MAX_ITEMS) {
            throw new InvalidBytesException("CBOR of more than " + MAX_ITEMS + " items");
        }
        int head = next();
        int info = head & 31;
        return switch (head >> 5) {
            case 0 -> signed(argument(info));
            case 1 -> ~signed(argument(info));
            case 2 -> string(2, info);
            case 3 -> text(info);
            case 4 -> array(info, depth);
            case 5 -> map(info, depth);
            case 6 -> tagged(argument(info), depth);
            default -> simple(info);
        };
    }

    private Object simple(int info) {
        return switch (info) {
            case 20 -> false;
            case 21 -> true;
            case 22 -> Absent.NULL;
            case 23 -> Absent.NONE; // undefined
            case 25 -> half(in(2).getShort());
            case 26 -> (double) in(4).getFloat();
            case 27 -> in(8).getDouble();
            default -> throw new InvalidBytesException("CBOR simple value " + info + " is unknown");
        };
    }

    private static double half(short bits) {
        int exponent = (bits >> 10) & 31;
        int fraction = bits & 1_023;
        double magnitude;
        if (exponent == 0) {
            magnitude = Math.scalb((double) fraction, -24);
        } else if (exponent == 31) {
            magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else {
            magnitude = Math.scalb(fraction + 1_024.0, exponent - 25);
        }
        return bits < 0 ? -magnitude : magnitude;
    }

    private Object tagged(long tag, int depth) {
        Object value = value(depth + 1);
        if (tag > Tags.EXCLUDED || tag < 0) {
            return new Tagged(tag, value);
        }
        return switch ((int) tag) {
            case Tags.NONE -> Absent.NONE;
            case Tags.RECORD_ID -> recordId(value);
            case Tags.DECIMAL -> decimal(value);
            case Tags.DATETIME -> instant(value);
            case Tags.DURATION -> Duration.ofSeconds(part(value, 0), part(value, 1));
            case Tags.UUID -> uuid(value);
            case Tags.RANGE -> range(value);
            case Tags.INCLUDED -> new Range.Included(value);
            case Tags.EXCLUDED -> new Range.Excluded(value);
            default -> new Tagged(tag, value);
        };
    }

    private static RecordId recordId(Object value) {
        if (value instanceof List<?> parts && parts.size() == 2 && parts.get(0) instanceof String table) {
            return new RecordId(table, parts.get(1));
        }
        throw new InvalidBytesException("record id is no pair of a table and a key");
    }

    private static BigDecimal decimal(Object value) {
        if (value instanceof String text && text.length() <= MAX_DECIMAL_CHARS) {
            try {
                return new BigDecimal(text);
            } catch (NumberFormatException e) {
                throw new InvalidBytesException("decimal is no number", e);
            }
        }
        throw new InvalidBytesException("decimal is no text of up to " + MAX_DECIMAL_CHARS + " characters");
    }

    private static Instant instant(Object value) {
        try {
            return Instant.ofEpochSecond(part(value, 0), part(value, 1));
        } catch (java.time.DateTimeException e) {
            throw new InvalidBytesException("datetime is out of range", e);
        }
    }

    /** Seconds or nanoseconds; SurrealDB leaves zeros at the end out. */
    private static long part(Object value, int index) {
        if (!(value instanceof List<?> parts) || parts.size() > 2) {
            throw new InvalidBytesException("time is no array of up to two numbers");
        }
        if (index >= parts.size()) {
            return 0;
        }
        if (parts.get(index) instanceof Long number && (index == 0 || (number >= 0 && number < 1_000_000_000))) {
            return number;
        }
        throw new InvalidBytesException("time has no whole seconds and up to 999999999 nanoseconds");
    }

    private static UUID uuid(Object value) {
        if (value instanceof byte[] bytes && bytes.length == 2 * Long.BYTES) {
            ByteBuffer both = ByteBuffer.wrap(bytes);
            return new UUID(both.getLong(), both.getLong());
        }
        throw new InvalidBytesException("UUID is not of 16 bytes");
    }

    private static Range range(Object value) {
        if (value instanceof List<?> ends && ends.size() == 2) {
            return new Range(bound(ends.get(0)), bound(ends.get(1)));
        }
        throw new InvalidBytesException("range is no pair of bounds");
    }

    private static Range.Bound bound(Object value) {
        if (value instanceof Range.Bound bound) {
            return bound;
        }
        if (value instanceof Absent) {
            return Range.Open.OPEN;
        }
        throw new InvalidBytesException("bound of a range is neither included, excluded nor open");
    }

    private List<Object> array(int info, int depth) {
        List<Object> list;
        if (info == INDEFINITE) {
            list = new ArrayList<>();
            while (!atBreak()) {
                list.add(value(depth + 1));
            }
        } else {
            int count = count(info, 1);
            list = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                list.add(value(depth + 1));
            }
        }
        return list;
    }

    private Map<String, Object> map(int info, int depth) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (info == INDEFINITE) {
            while (!atBreak()) {
                field(map, depth);
            }
        } else {
            int count = count(info, 2);
            for (int i = 0; i < count; i++) {
                field(map, depth);
            }
        }
        return map;
    }

    private void field(Map<String, Object> map, int depth) {
        int head = next();
        if (head >> 5 != 3) {
            throw new InvalidBytesException("CBOR map has a key that is no text");
        }
        if (map.put(text(head & 31), value(depth + 1)) != null) {
            throw new InvalidBytesException("CBOR map has a key twice");
        }
    }

    private String text(int info) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(string(3, info)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidBytesException("CBOR text is not UTF-8", e);
        }
    }

    private byte[] string(int major, int info) {
        if (info != INDEFINITE) {
            return take(info);
        }
        java.io.ByteArrayOutputStream whole = new java.io.ByteArrayOutputStream();
        while (!atBreak()) {
            int head = next();
            if (head >> 5 != major || (head & 31) == INDEFINITE) {
                throw new InvalidBytesException("CBOR string in pieces has a piece of another kind");
            }
            byte[] piece = take(head & 31);
            whole.write(piece, 0, piece.length);
        }
        return whole.toByteArray();
    }

    private byte[] take(int info) {
        byte[] bytes = new byte[count(info, 1)];
        in.get(bytes);
        return bytes;
    }

    /** A number of things of which each takes some bytes at least. */
    private int count(int info, int bytesEach) {
        long count = argument(info);
        if (count < 0 || count > in.remaining() / bytesEach) {
            throw new InvalidBytesException(
                    "CBOR length of " + Long.toUnsignedString(count) + " with " + in.remaining() + " bytes left");
        }
        return (int) count;
    }

    private static long signed(long argument) {
        if (argument < 0) {
            throw new InvalidBytesException("CBOR integer beyond 64 bits with sign");
        }
        return argument;
    }

    private long argument(int info) {
        if (info < 24) {
            return info;
        }
        return switch (info) {
            case 24 -> next();
            case 25 -> in(2).getShort() & 0xffff;
            case 26 -> in(4).getInt() & 0xffff_ffffL;
            case 27 -> in(8).getLong();
            default -> throw new InvalidBytesException("CBOR length in a form that does not exist: " + info);
        };
    }

    private boolean atBreak() {
        if ((in(1).get(in.position()) & 0xff) != BREAK) {
            return false;
        }
        in.get();
        return true;
    }

    private int next() {
        return in(1).get() & 0xff;
    }

    private ByteBuffer in(int bytes) {
        if (in.remaining() < bytes) {
            throw new InvalidBytesException("CBOR ends in the middle of a value");
        }
        return in;
    }
}
