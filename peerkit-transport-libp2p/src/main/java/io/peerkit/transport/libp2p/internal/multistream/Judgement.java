// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multistream;

/** What is to become of a proposal. */
public enum Judgement {
    /** The protocol is spoken from the next byte on. */
    SUPPORTED,
    /** The peer may propose another. */
    NOT_SUPPORTED,
    /** Not decided yet: nothing is answered and nothing more is read until {@link MultistreamListener#judgeAgain}. */
    LATER
}
