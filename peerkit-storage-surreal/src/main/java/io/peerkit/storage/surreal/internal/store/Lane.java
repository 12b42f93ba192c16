// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.storage.surreal.internal.value.RecordId;

/**
 * A sequence of transactions of one writer, of which one is under way at a time. Each changes the lane's row: it leaves its number
 * there, so that one sent twice is carried out once, and it collides with whoever takes the space over, so that a writer that lost
 * the space can write nothing more, however late.
 */
final class Lane {
    private final RecordId row;
    private long seq;

    Lane(RecordId row) {
        this.row = row;
    }

    RecordId row() {
        return row;
    }

    /** The number given last. */
    long last() {
        return seq;
    }

    /** The journal of one of its transactions. */
    RecordId journal(Space space, long number) {
        return space.journal(row.bytesAt(1), ((java.util.List<?>) row.key()).get(2), number);
    }

    /** Numbers the next transaction. One whose fate is unknown keeps its number, and is refused when it comes behind this. */
    long next() {
        return ++seq;
    }
}
