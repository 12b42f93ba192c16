// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

/** Why a stream ended at once, in both directions. */
public enum ResetCause {
    /** The peer reset it. */
    PEER,
    /** It held most of what waited to be read when {@link YamuxLimits#maxReceiveBytes} was passed. */
    RECEIVE_LIMIT,
    /** The session failed or was closed. */
    CONNECTION
}
