// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import io.peerkit.api.InvalidBytesException;
import java.util.Arrays;

/** What a {@link NetworkAccess} sends to convince the peer; only such policies look inside. */
public final class NetworkAccessBytes {
    /** The greatest length in bytes. */
    public static final int MAX_BYTES = 4_096;

    private static final NetworkAccessBytes EMPTY = new NetworkAccessBytes(new byte[0]);

    private final byte[] bytes;

    private NetworkAccessBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Wraps bytes.
     *
     * @param bytes at most {@value #MAX_BYTES}, copied
     * @return the value
     * @throws InvalidBytesException when there are more
     */
    public static NetworkAccessBytes of(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new InvalidBytesException("access bytes of " + bytes.length + " bytes, at most " + MAX_BYTES);
        }
        return new NetworkAccessBytes(bytes.clone());
    }

    /**
     * No bytes.
     *
     * @return the empty value
     */
    public static NetworkAccessBytes empty() {
        return EMPTY;
    }

    /**
     * The bytes.
     *
     * @return a copy
     */
    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NetworkAccessBytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The length alone: a proof has no place in a log. */
    @Override
    public String toString() {
        return bytes.length + " access bytes";
    }
}
