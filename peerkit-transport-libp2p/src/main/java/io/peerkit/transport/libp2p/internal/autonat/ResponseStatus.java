// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.autonat;

import io.peerkit.api.InvalidBytesException;

/** What became of a request. */
enum ResponseStatus {
    /** The service failed. */
    INTERNAL_ERROR(0),
    /** Not now: too much was asked. */
    REJECTED(100),
    /** None of the addresses is one that the service dials. */
    DIAL_REFUSED(101),
    /** An address was dialed. */
    OK(200);

    private final int number;

    ResponseStatus(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static ResponseStatus of(long number) {
        for (ResponseStatus each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        throw new InvalidBytesException("autonat status " + number + ", must be 0, 100, 101 or 200");
    }
}
