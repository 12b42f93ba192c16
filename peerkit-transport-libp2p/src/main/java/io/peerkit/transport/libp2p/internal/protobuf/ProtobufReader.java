// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.protobuf;

import io.peerkit.api.InvalidBytesException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of one message in the order they come.
 *
 * <p>{@link #next} moves to a field; its value is then taken once or, when it is not, skipped. Nothing is allocated
 * but what a caller asks for under a bound of its own.
 */
public final class ProtobufReader {
    private static final int MAX_VARINT_BYTES = 10;
    private static final int MAX_FIELD = (1 << 29) - 1;

    private final String message;
    private final ByteBuffer in;
    private int field;
    private int wireType;
    private boolean valuePending;

    /**
     * Reads a whole message.
     *
     * @param message its name, for what is thrown
     * @param bytes the message; not to be changed while it is read
     * @param maxBytes the bound on its length
     * @throws InvalidBytesException when it is longer
     */
    public ProtobufReader(String message, byte[] bytes, int maxBytes) {
        if (bytes.length > maxBytes) {
            throw new InvalidBytesException(message + " of " + bytes.length + " bytes, at most " + maxBytes);
        }
        this.message = message;
        this.in = ByteBuffer.wrap(bytes);
    }

    /**
     * Moves to the next field.
     *
     * @return whether there is one
     * @throws InvalidBytesException when its tag is malformed or the value before it is
     */
    public boolean next() {
        if (valuePending) {
            skip();
        }
        if (!in.hasRemaining()) {
            return false;
        }
        long tag = rawVarint();
        long number = tag >>> WireType.TAG_BITS;
        if (number < 1 || number > MAX_FIELD) {
            throw new InvalidBytesException(
                    message + " has field number " + Long.toUnsignedString(number) + ", must be 1 to " + MAX_FIELD);
        }
        field = (int) number;
        wireType = (int) tag & 7;
        valuePending = true;
        return true;
    }

    /**
     * The number of the field that {@link #next} found.
     *
     * @return 1 or more
     */
    public int field() {
        return field;
    }

    /**
     * Takes a number.
     *
     * @return 64 bits, to be read as the field means them
     * @throws InvalidBytesException when the field is of another type or cut off
     */
    public long varint() {
        take(WireType.VARINT);
        return rawVarint();
    }

    /**
     * Takes a number of fixed length, {@code fixed64} or {@code sfixed64}.
     *
     * @return 64 bits, to be read as the field means them
     * @throws InvalidBytesException when the field is of another type or cut off
     */
    public long fixed64() {
        take(WireType.FIXED64);
        if (in.remaining() < Long.BYTES) {
            throw cutOff();
        }
        return Long.reverseBytes(in.getLong());
    }

    /**
     * Takes bytes.
     *
     * @param maxBytes the bound on their length
     * @return the bytes
     * @throws InvalidBytesException when the field is of another type, cut off or longer
     */
    public byte[] bytes(int maxBytes) {
        take(WireType.LENGTH_DELIMITED);
        int length = length();
        if (length > maxBytes) {
            throw new InvalidBytesException(
                    message + " field " + field + " of " + length + " bytes, at most " + maxBytes);
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    /**
     * Takes a text.
     *
     * @param maxBytes the bound on its length in bytes
     * @return the text
     * @throws InvalidBytesException when the field is of another type, cut off, longer or no UTF-8
     */
    public String string(int maxBytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(maxBytes)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidBytesException(message + " field " + field + " is not UTF-8", e);
        }
    }

    private void take(int expected) {
        if (!valuePending) {
            throw new IllegalStateException("no value to take, call next() first");
        }
        if (wireType != expected) {
            throw new InvalidBytesException(
                    message + " field " + field + " has wire type " + wireType + ", must be " + expected);
        }
        valuePending = false;
    }

    private void skip() {
        valuePending = false;
        int length = switch (wireType) {
            case WireType.VARINT -> {
                rawVarint();
                yield 0;
            }
            case WireType.FIXED64 -> Long.BYTES;
            case WireType.FIXED32 -> Integer.BYTES;
            case WireType.LENGTH_DELIMITED -> length();
            default ->
                throw new InvalidBytesException(
                        message + " field " + field + " has wire type " + wireType + ", must be 0, 1, 2 or 5");
        };
        if (length > in.remaining()) {
            throw cutOff();
        }
        in.position(in.position() + length);
    }

    private int length() {
        long length = rawVarint();
        if (length < 0 || length > in.remaining()) {
            throw new InvalidBytesException(message + " field " + field + " states " + Long.toUnsignedString(length)
                    + " bytes, " + in.remaining() + " follow");
        }
        return (int) length;
    }

    /** Protocol Buffers has 64-bit numbers in up to 10 bytes and does not ask for the shortest form. */
    private long rawVarint() {
        long value = 0;
        for (int i = 0; i < MAX_VARINT_BYTES; i++) {
            if (!in.hasRemaining()) {
                throw cutOff();
            }
            byte next = in.get();
            value |= (next & 0x7fL) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw new InvalidBytesException(message + " has a number of more than " + MAX_VARINT_BYTES + " bytes");
    }

    private InvalidBytesException cutOff() {
        return new InvalidBytesException(message + " of " + in.limit() + " bytes is cut off in field " + field);
    }
}
