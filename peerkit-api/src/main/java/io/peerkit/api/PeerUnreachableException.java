// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/** No connection to the peer is open, or it broke; connecting first, or trying later, may help. */
public final class PeerUnreachableException extends PeerkitException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message names the field, the value and the bound
     */
    public PeerUnreachableException(String message) {
        super(message);
    }

    /**
     * @param message names the field, the value and the bound
     * @param cause what led to it
     */
    public PeerUnreachableException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "peer-unreachable";
    }
}
