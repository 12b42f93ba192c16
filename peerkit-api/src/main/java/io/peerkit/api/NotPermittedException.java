// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/** The local agent may not do what was asked: only an entry's author, or the authority of the network, deletes it. Trying again will not help. */
public final class NotPermittedException extends PeerkitException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message names the field, the value and the bound
     */
    public NotPermittedException(String message) {
        super(message);
    }

    /**
     * @param message names the field, the value and the bound
     * @param cause what led to it
     */
    public NotPermittedException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "not-permitted";
    }
}
