// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import java.util.Locale;

/** How a relay, or a target, answers. */
public enum RelayStatus {
    /** What was asked for is done. */
    OK(100),
    /** No reservation, for a reason of the relay's own. */
    RESERVATION_REFUSED(200),
    /** A limit of the relay is reached; later may help. */
    RESOURCE_LIMIT_EXCEEDED(201),
    /** Not for this peer, or not over this connection. */
    PERMISSION_DENIED(202),
    /** The target did not take the circuit. */
    CONNECTION_FAILED(203),
    /** The target has no reservation. */
    NO_RESERVATION(204),
    /** The message cannot be read. */
    MALFORMED_MESSAGE(400),
    /** The message is of a type that does not belong there. */
    UNEXPECTED_MESSAGE(401),
    /** A code that the specification does not have; never sent. */
    UNKNOWN(0);

    private final int code;

    RelayStatus(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static RelayStatus of(long code) {
        for (RelayStatus each : values()) {
            if (each.code == code) {
                return each;
            }
        }
        return UNKNOWN;
    }

    /** In words, for messages of errors. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
