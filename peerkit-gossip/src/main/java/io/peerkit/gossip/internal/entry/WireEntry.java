// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

/**
 * An entry as it travels.
 *
 * @param envelope header and proof; not copied, never change it
 * @param blob the blob; not copied, never change it
 */
public record WireEntry(byte[] envelope, byte[] blob) {
    /** What the entry adds to a frame, in bytes, a little more than exact. */
    public int bytes() {
        return envelope.length + blob.length + 10;
    }
}
