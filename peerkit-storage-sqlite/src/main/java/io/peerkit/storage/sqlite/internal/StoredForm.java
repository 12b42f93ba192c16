// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import java.nio.ByteBuffer;

/** How values stand in columns. */
final class StoredForm {
    private StoredForm() {}

    /** Turns an unsigned time into the signed integer of the same rank, and back. */
    static long time(long time) {
        return time ^ Long.MIN_VALUE;
    }

    /** The first 8 bytes of a hash as an integer. */
    static long prefix(byte[] hash) {
        return ByteBuffer.wrap(hash).getLong();
    }
}
