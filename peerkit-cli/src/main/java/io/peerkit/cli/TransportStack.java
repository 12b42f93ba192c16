// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.util.Locale;

/** What is spoken below streams. */
enum TransportStack {
    TCP_NOISE,
    TCP_TLS,
    WS_NOISE,
    QUIC,
    /** TCP with Noise through a relay in a third process; Noise from end to end. */
    RELAYED;

    /** The name on the command line and in reports. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static TransportStack of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
