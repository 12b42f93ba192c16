// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

/**
 * A text string.
 *
 * @param value any text that UTF-8 can carry
 */
public record CborText(String value) implements CborValue {
    /**
     * Checks that the text can become UTF-8.
     *
     * @throws IllegalArgumentException when half of a surrogate pair stands alone
     */
    public CborText {
        Utf8.requireWellFormed(value);
    }

    @Override
    public String kind() {
        return "text";
    }
}
