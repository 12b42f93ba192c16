// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.archive;

import io.peerkit.api.NetworkId;
import java.util.Optional;

/** What stands in an archive. */
public sealed interface ArchiveFrame {
    /**
     * The first frame.
     *
     * @param network where all entries belong
     */
    record Start(NetworkId network) implements ArchiveFrame {}

    /**
     * An entry.
     *
     * @param envelope as it travels; not copied
     * @param blob not copied; absent where the store that was exported had none
     */
    record Entry(byte[] envelope, Optional<byte[]> blob) implements ArchiveFrame {}

    /**
     * A chunk of a large blob. Its name is the SHA-256 of its bytes.
     *
     * @param bytes not copied
     */
    record Chunk(byte[] bytes) implements ArchiveFrame {}

    /**
     * Closes a section.
     *
     * @param hash of all bytes before this frame
     * @param chunksDone how many chunks of the last entry were looked at so far, for a writer that goes on from here
     */
    record SectionEnd(byte[] hash, long chunksDone) implements ArchiveFrame {}

    /**
     * The last frame.
     *
     * @param hash of all bytes before this frame
     * @param entries how many entries there are
     * @param withoutBlob how many of them have no blob
     * @param chunks how many chunks
     */
    record End(byte[] hash, long entries, long withoutBlob, long chunks) implements ArchiveFrame {}
}
