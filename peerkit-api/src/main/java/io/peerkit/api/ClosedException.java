// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/** The node, connection, stream or store that was asked is closed; nothing but a new one helps. */
public final class ClosedException extends PeerkitException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message names the field, the value and the bound
     */
    public ClosedException(String message) {
        super(message);
    }

    /**
     * @param message names the field, the value and the bound
     * @param cause what led to it
     */
    public ClosedException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "closed";
    }
}
