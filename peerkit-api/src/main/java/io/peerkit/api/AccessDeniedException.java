// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/** The access handshake failed: one side did not convince the other; trying again with the same key will not help. */
public final class AccessDeniedException extends PeerkitException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message names the field, the value and the bound
     */
    public AccessDeniedException(String message) {
        super(message);
    }

    /**
     * @param message names the field, the value and the bound
     * @param cause what led to it
     */
    public AccessDeniedException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "access-denied";
    }
}
