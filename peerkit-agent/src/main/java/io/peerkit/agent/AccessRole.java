// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

/** The side of an access handshake that makes a proof; a proof for one never counts for the other. */
public enum AccessRole {
    /** The side that opened the connection. */
    INITIATOR((byte) 1),
    /** The side that was connected to. */
    RESPONDER((byte) 2);

    private final byte code;

    AccessRole(byte code) {
        this.code = code;
    }

    /**
     * How the role stands in signed bytes.
     *
     * @return 1 for the initiator, 2 for the responder
     */
    public byte code() {
        return code;
    }
}
