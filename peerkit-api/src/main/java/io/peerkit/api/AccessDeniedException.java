// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/**
 * The access handshake failed: one side did not convince the other; trying again with the same key will not help, unless the
 * denial is not {@linkplain #isLasting lasting}.
 */
public final class AccessDeniedException extends PeerkitException {
    private static final long serialVersionUID = 1L;

    private final boolean lasting;

    /**
     * @param message names the field, the value and the bound
     */
    public AccessDeniedException(String message) {
        this(message, true);
    }

    /**
     * @param message names the field, the value and the bound
     * @param cause what led to it
     */
    public AccessDeniedException(String message, Throwable cause) {
        super(message, cause);
        this.lasting = true;
    }

    /**
     * A denial that may be taken back.
     *
     * @param message who denied whom, and why
     * @param lasting whether trying again is in vain
     */
    public AccessDeniedException(String message, boolean lasting) {
        super(message);
        this.lasting = lasting;
    }

    /**
     * Whether trying again is in vain.
     *
     * @return false when an application blocked the agent, which it may take back
     */
    public boolean isLasting() {
        return lasting;
    }

    @Override
    public String code() {
        return "access-denied";
    }
}
