// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.autonat;

import io.peerkit.api.InvalidBytesException;

/** What became of a dial back. */
enum DialStatus {
    /** Nothing was dialed. */
    UNUSED(0),
    /** Nobody answered. */
    DIAL_ERROR(100),
    /** Somebody answered and did not take the nonce. */
    DIAL_BACK_ERROR(101),
    /** The nonce was taken. */
    OK(200);

    private final int number;

    DialStatus(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static DialStatus of(long number) {
        for (DialStatus each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        throw new InvalidBytesException("autonat dial status " + number + ", must be 0, 100, 101 or 200");
    }
}
