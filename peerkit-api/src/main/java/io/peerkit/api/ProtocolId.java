// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/**
 * Names a protocol and its version, such as {@code /peerkit/sync/2.0.0}.
 *
 * @param value the text, 1 to 128 characters
 */
public record ProtocolId(String value) {
    /** The longest text in characters. */
    public static final int MAX_LENGTH = 128;

    /** Checks the length. */
    public ProtocolId {
        if (value.isEmpty() || value.length() > MAX_LENGTH) {
            throw new InvalidBytesException(
                    "ProtocolId of " + value.length() + " characters, must have 1 to " + MAX_LENGTH);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
