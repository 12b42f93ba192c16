// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.stream;

/** Bytes that have arrived, to be taken in order. */
public interface ByteSource {
    /**
     * What {@link #read} can take now.
     *
     * @return a number of bytes
     */
    int readableBytes();

    /**
     * Whether nothing will ever be there to read again.
     *
     * @return true at the end
     */
    boolean isInputEnded();

    /**
     * Takes bytes.
     *
     * @param into receives them
     * @param offset where the first goes
     * @param maxBytes the most to take
     * @return how many were taken, 0 when nothing is there
     */
    int read(byte[] into, int offset, int maxBytes);
}
