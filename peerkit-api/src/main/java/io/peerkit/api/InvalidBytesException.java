// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/** Bytes that a peer or a file supplied are malformed, oversized or wrongly signed; trying again with the same bytes never helps. */
public final class InvalidBytesException extends PeerkitException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message names the field, the value and the bound
     */
    public InvalidBytesException(String message) {
        super(message);
    }

    /**
     * @param message names the field, the value and the bound
     * @param cause what led to it
     */
    public InvalidBytesException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "invalid-bytes";
    }
}
