// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.entry.EntryVerifier;
import io.peerkit.gossip.internal.entry.OpenedEntry;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.peer.Peer;
import java.util.Optional;

/** Checks what peers answer: nothing is believed that hash or signature do not prove. Belongs to the node loop. */
final class LocateProof {
    private final EntryVerifier verifier;

    LocateProof(EntryVerifier verifier) {
        this.verifier = verifier;
    }

    /**
     * Checks an answer.
     *
     * @return what was found; nothing when it is right, and from so far in the future that it is held back
     * @throws InvalidBytesException when it is not what was asked for
     */
    Optional<Located> check(Wanted wanted, Peer from, LocateFrame.Found found, long nowMillis) {
        if (found.envelope().isEmpty()) {
            if (wanted instanceof Wanted.Blob blob
                    && BlobHash.ofBlob(found.blob()).equals(blob.hash())) {
                return Optional.of(new Located(from, found.blob(), Optional.empty()));
            }
            throw new InvalidBytesException("answer without an envelope that is not the blob asked for");
        }
        OpenedEntry entry = verifier.open(new WireEntry(found.envelope().get(), found.blob()))
                .orElseThrow(() -> new InvalidBytesException("answer with a malformed entry"));
        EntryVerifier.Checked checked = verifier.check(entry, nowMillis);
        if (checked instanceof EntryVerifier.Refused no) {
            throw new InvalidBytesException("answer with a wrong entry: " + no.reason());
        }
        if (!isAskedFor(wanted, entry)) {
            throw new InvalidBytesException("answer with another entry than the one asked for");
        }
        return checked instanceof EntryVerifier.Held
                ? Optional.empty()
                : Optional.of(new Located(from, found.blob(), Optional.of(entry)));
    }

    private static boolean isAskedFor(Wanted wanted, OpenedEntry entry) {
        if (wanted instanceof Wanted.Entry id) {
            return entry.id().equals(id.id());
        }
        BlobHash hash = ((Wanted.Blob) wanted).hash();
        // A manifest was decoded by the verifier, and is nobody's content.
        return entry.header().kind() == EntryHeader.KIND_LARGE_BLOB
                ? BlobManifest.decode(entry.wire().blob()).content().equals(hash)
                : entry.header().blobHash().equals(hash);
    }
}
