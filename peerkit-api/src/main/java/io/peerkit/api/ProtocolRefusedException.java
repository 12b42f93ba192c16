// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/** The peer does not speak the protocol that was asked for; trying again will not help. */
public final class ProtocolRefusedException extends PeerkitException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message names the field, the value and the bound
     */
    public ProtocolRefusedException(String message) {
        super(message);
    }

    /**
     * @param message names the field, the value and the bound
     * @param cause what led to it
     */
    public ProtocolRefusedException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "protocol-unsupported";
    }
}
