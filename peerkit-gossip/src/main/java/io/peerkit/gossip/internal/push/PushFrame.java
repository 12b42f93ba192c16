// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.gossip.internal.entry.WireEntry;
import java.util.List;

/** What travels on a push stream, from the side that opened it. */
public sealed interface PushFrame {
    /**
     * New entries.
     *
     * @param runs how they came, together for as many as there are entries; none when the peer had asked for them
     */
    record Entries(List<WireEntry> entries, List<Run> runs) implements PushFrame {}

    /**
     * Entries that the sender has.
     *
     * @param keys packed, 40 bytes each
     * @param runs how they came, together for as many as there are keys, or none
     */
    record Announce(byte[] keys, List<Run> runs) implements PushFrame {}

    /**
     * Entries that the sender asks for, to be sent on the stream in the other direction.
     *
     * @param ids packed, 32 bytes each
     * @param grafts routes of which the sender wants all entries whole from now on, see {@link Route}
     */
    record Want(byte[] ids, List<Long> grafts) implements PushFrame {}

    /**
     * The sender gets entries twice.
     *
     * @param routes of which it wants no more whole entries
     */
    record Prune(List<Long> routes) implements PushFrame {}

    /**
     * Some entries that came the same way.
     *
     * @param route their tree, see {@link Route}
     * @param hops how many nodes lie between their author and the sender, 0 at the author, at most 254; 255 when that is not known
     * @param count how many entries
     */
    record Run(long route, int hops, int count) {}
}
