// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.NodeId;
import io.peerkit.gossip.internal.chunk.ChunkRef;
import java.util.List;

/** What a {@link FetchMachine} wants done. A blob is named by the hash of its manifest. */
sealed interface FetchAction {
    /** Ask a peer for chunks; at most {@link BlobFrameCodec#MAX_HASHES}. */
    record Ask(NodeId peer, List<BlobHash> hashes) implements FetchAction {}

    /** Look for a page in the store and tell {@link FetchMachine#pageRead}. */
    record ReadPage(BlobHash blob, int page, BlobHash hash) implements FetchAction {}

    /** Note that a blob uses the chunks of a page, look which are in the store, and tell {@link FetchMachine#claimed}. */
    record Claim(BlobHash blob, int page, List<ChunkRef> chunks) implements FetchAction {}

    /** All chunks of a blob are in the store; the machine has forgotten it. */
    record Fetched(BlobHash blob) implements FetchAction {}

    /** The author of a blob lied about it; the machine has forgotten it. */
    record Lied(BlobHash blob, String why) implements FetchAction {}

    /** A peer sent wrong bytes; the machine asks it for nothing any more. */
    record Ban(NodeId peer, String why) implements FetchAction {}

    /** A peer answers nothing; give its stream up and open another. */
    record Renew(NodeId peer) implements FetchAction {}
}
