// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/**
 * Where a node can be reached, in the transport's own text form (for libp2p a multiaddr).
 *
 * @param value the text, 1 to 512 characters
 */
public record NodeAddress(String value) {
    /** The longest text in characters. */
    public static final int MAX_LENGTH = 512;

    /** Checks the length. */
    public NodeAddress {
        if (value.isEmpty() || value.length() > MAX_LENGTH) {
            throw new InvalidBytesException(
                    "NodeAddress of " + value.length() + " characters, must have 1 to " + MAX_LENGTH);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
