// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

/** Computes the fingerprint of a set whose identifiers come one after the other, in any order, and keeps none of them. */
public final class FingerprintSum {
    private final long[] sum = new long[IdSum.LIMBS];
    private int count;

    /**
     * Adds an identifier, which must not have been added before.
     *
     * @param id its 32 bytes
     */
    public void add(byte[] id) {
        IdSum.addId(sum, 0, id, 0);
        count = Math.addExact(count, 1);
    }

    /**
     * The fingerprint of what was added.
     *
     * @return as {@link EntrySet} gives it for the same identifiers
     */
    public Fingerprint fingerprint() {
        return Fingerprint.ofSum(sum, count);
    }
}
