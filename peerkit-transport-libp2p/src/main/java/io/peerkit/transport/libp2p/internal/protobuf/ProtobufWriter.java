// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.protobuf;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the fields of one message in the order of the calls, so that equal calls give equal bytes. */
public final class ProtobufWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /**
     * Writes a number, also when it is zero.
     *
     * @param field the field's number
     * @param value 64 bits
     */
    public void varint(int field, long value) {
        rawVarint(((long) field << WireType.TAG_BITS) | WireType.VARINT);
        rawVarint(value);
    }

    /**
     * Writes a number of fixed length, {@code fixed64} or {@code sfixed64}.
     *
     * @param field the field's number
     * @param value 64 bits
     */
    public void fixed64(int field, long value) {
        rawVarint(((long) field << WireType.TAG_BITS) | WireType.FIXED64);
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            out.write((int) (value >>> shift));
        }
    }

    /**
     * Writes bytes, also when there are none.
     *
     * @param field the field's number
     * @param value the bytes
     */
    public void bytes(int field, byte[] value) {
        rawVarint(((long) field << WireType.TAG_BITS) | WireType.LENGTH_DELIMITED);
        rawVarint(value.length);
        out.writeBytes(value);
    }

    /**
     * Writes a text, also when it is empty.
     *
     * @param field the field's number
     * @param value the text
     */
    public void string(int field, String value) {
        bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The message so far.
     *
     * @return a copy
     */
    public byte[] toBytes() {
        return out.toByteArray();
    }

    private void rawVarint(long value) {
        while ((value & ~0x7fL) != 0) {
            out.write((int) (value | 0x80));
            value >>>= 7;
        }
        out.write((int) value);
    }
}
