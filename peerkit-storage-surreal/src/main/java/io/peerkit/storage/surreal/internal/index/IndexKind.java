// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

/** The two orders in which records are kept. */
public enum IndexKind {
    /** By the entry's id. */
    ID(0),
    /** By the hash of the entry's blob; only entries with a blob present. */
    BLOB(1);

    private final int number;

    IndexKind(int number) {
        this.number = number;
    }

    /**
     * What stands for it in keys.
     *
     * @return a number that never changes
     */
    public int number() {
        return number;
    }
}
