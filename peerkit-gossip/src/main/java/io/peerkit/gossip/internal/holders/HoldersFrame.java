// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import io.peerkit.api.storage.EntryKey;
import java.util.BitSet;
import java.util.List;

/** What travels on a holders stream: one question, one answer. */
sealed interface HoldersFrame {
    /**
     * Which of these does the other side hold, and will for a while?
     *
     * @param entries 1 to {@link HolderRound#MAX_ENTRIES}
     */
    record Ask(List<EntryKey> entries) implements HoldersFrame {}

    /**
     * The answer.
     *
     * @param indices of those it holds
     */
    record Held(BitSet indices) implements HoldersFrame {}

    /** The opener asks too often, or too many ask. */
    record Busy() implements HoldersFrame {}
}
