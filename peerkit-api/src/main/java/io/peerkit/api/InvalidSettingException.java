// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/** The caller gave a setting or argument that is missing, contradictory or out of bounds; it must change the call. */
public final class InvalidSettingException extends PeerkitException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message names the field, the value and the bound
     */
    public InvalidSettingException(String message) {
        super(message);
    }

    /**
     * @param message names the field, the value and the bound
     * @param cause what led to it
     */
    public InvalidSettingException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "invalid-setting";
    }
}
