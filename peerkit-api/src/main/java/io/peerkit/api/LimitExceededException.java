// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/** A documented bound was reached, such as a blob that is too large or a queue that is full; less, or later, may work. */
public final class LimitExceededException extends PeerkitException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message names the field, the value and the bound
     */
    public LimitExceededException(String message) {
        super(message);
    }

    /**
     * @param message names the field, the value and the bound
     * @param cause what led to it
     */
    public LimitExceededException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "limit-exceeded";
    }
}
