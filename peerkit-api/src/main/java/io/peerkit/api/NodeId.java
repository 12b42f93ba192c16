// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/**
 * Names a node within its transport, in the transport's own text form. Opaque to everyone else.
 *
 * @param value the text, 1 to 128 characters
 */
public record NodeId(String value) {
    /** The longest text in characters. */
    public static final int MAX_LENGTH = 128;

    /** Checks the length. */
    public NodeId {
        if (value.isEmpty() || value.length() > MAX_LENGTH) {
            throw new InvalidBytesException(
                    "NodeId of " + value.length() + " characters, must have 1 to " + MAX_LENGTH);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
