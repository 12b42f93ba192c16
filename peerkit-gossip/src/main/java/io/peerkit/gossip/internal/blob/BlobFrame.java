// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import java.util.List;

/** What travels on a blob stream. */
public sealed interface BlobFrame {
    /**
     * Chunks that the opener of the stream asks for.
     *
     * @param hashes at least one
     */
    record Want(List<BlobHash> hashes) implements BlobFrame {}

    /**
     * A chunk that was asked for.
     *
     * @param hash as asked; whether the bytes have it is for the receiver to check
     * @param bytes not copied, never change them
     */
    record Chunk(BlobHash hash, byte[] bytes) implements BlobFrame {}

    /**
     * Chunks that were asked for and are not here.
     *
     * @param hashes at least one
     */
    record Absent(List<BlobHash> hashes) implements BlobFrame {}
}
