// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import java.nio.ByteBuffer;

/**
 * Where a value stands in the store below.
 *
 * @param kind what the value is
 * @param name what tells it from others of its kind, of a length that the kind fixes or that stands in it
 */
record Place(Kind kind, byte[] name) {
    /** What a value is; the code never changes. */
    enum Kind {
        ENVELOPE(1, "an envelope"),
        BLOB(2, "a blob"),
        METADATA(3, "metadata"),
        CARD(4, "an agent card"),
        RECORD(5, "a record"),
        CHUNK(6, "a chunk"),
        ROTATION(7, "the state of the rotation"),
        SEALING(8, "the state of the sealing"),
        UNSEALING(9, "the state of the unsealing");

        private final byte code;
        private final String noun;

        Kind(int code, String noun) {
            this.code = (byte) code;
            this.noun = noun;
        }
    }

    static Place of(Kind kind, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer name = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            name.put(part);
        }
        return new Place(kind, name.array());
    }

    /** The head of the sealed value, the kind and the name. */
    byte[] associated(byte[] sealed, int headBytes) {
        return ByteBuffer.allocate(headBytes + 1 + name.length)
                .put(sealed, 0, headBytes)
                .put(kind.code)
                .put(name)
                .array();
    }

    @Override
    public String toString() {
        return kind.noun;
    }
}
