// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.chunk;

import io.peerkit.api.BlobHash;

/**
 * Names a chunk of a content.
 *
 * @param hash the SHA-256 of its bytes
 * @param length how many bytes, at most {@link ContentChunker#MAX_BYTES}
 */
public record ChunkRef(BlobHash hash, int length) {}
