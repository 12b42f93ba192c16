// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.gossip.internal.entry.WireEntry;
import java.util.List;

/** What travels on a push stream, from the side that opened it. */
public sealed interface PushFrame {
    /** New entries. */
    record Entries(List<WireEntry> entries) implements PushFrame {}

    /**
     * Entries that the sender has.
     *
     * @param keys packed, 40 bytes each
     */
    record Announce(byte[] keys) implements PushFrame {}

    /**
     * Entries that the sender asks for, to be sent on the stream in the other direction.
     *
     * @param ids packed, 32 bytes each
     */
    record Want(byte[] ids) implements PushFrame {}
}
