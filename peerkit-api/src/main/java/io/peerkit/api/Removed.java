// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import io.peerkit.api.gossip.EntryHeader;
import java.util.Optional;

/**
 * An entry that leaves this node.
 *
 * @param entry the entry
 * @param header what its author signed
 * @param reason why it goes
 * @param content its blob, where the store has it and the reason is not that it was deleted: an application may publish it again
 */
public record Removed(EntryId entry, EntryHeader header, Reason reason, Optional<byte[]> content) {
    /** Why an entry goes. */
    public enum Reason {
        /** Its author or the network's authority deleted it. */
        DELETED,
        /**
         * The epoch it was written in was closed before the authority saw it. Its author issues it anew, as an entry whose
         * {@link EntryHeader#origin} is this one.
         */
        MISSED,
        /**
         * The local agent wrote it and showed it to others, and was away for so long that nobody can tell any more whether the authority
         * saw it and it was deleted. It is not issued anew: an application that still wants it publishes the content again.
         */
        UNRESOLVED
    }

    /**
     * An entry that was deleted.
     *
     * @param entry the entry
     * @param header what its author signed
     */
    public Removed(EntryId entry, EntryHeader header) {
        this(entry, header, Reason.DELETED, Optional.empty());
    }
}
