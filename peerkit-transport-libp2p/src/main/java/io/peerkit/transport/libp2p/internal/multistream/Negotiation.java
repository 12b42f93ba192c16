// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multistream;

/** How far a negotiation has come. */
public sealed interface Negotiation {
    /** More bytes must arrive. */
    enum Pending implements Negotiation {
        /** The only instance. */
        PENDING
    }

    /**
     * Both sides agreed.
     *
     * @param protocol what is spoken from the next byte on
     */
    record Accepted(String protocol) implements Negotiation {}

    /** The peer speaks none of the protocols that were proposed. */
    enum Refused implements Negotiation {
        /** The only instance. */
        REFUSED
    }
}
