// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeId;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.chunk.BlobRecords;
import io.peerkit.gossip.internal.entry.EntryCodec;
import io.peerkit.gossip.internal.epoch.EntryRemover;
import io.peerkit.gossip.internal.integrate.Arrival;
import io.peerkit.gossip.internal.peer.Peer;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blobs of more than a megabyte: publishes them, fetches those of peers, serves their chunks, opens them. Belongs to the
 * node loop.
 */
public final class LargeBlobs {
    /** What is spoken. */
    public static final ProtocolId PROTOCOL = Suppliers.PROTOCOL;

    private static final Logger LOG = LoggerFactory.getLogger(LargeBlobs.class);

    private final BlobParts parts;
    private final ChunkServer server;
    private final ChunkRelease release;
    private final BlobQueue queue;
    private final BlobUploads uploads;
    private final OthersBlobs others;
    private final BlobOrphans orphans;
    private final Map<NodeId, Peer> peers = new LinkedHashMap<>();

    /**
     * @param parts what they work with
     */
    public LargeBlobs(BlobParts parts) {
        ClaimGate gate = new ClaimGate();
        this.parts = parts;
        this.server = new ChunkServer(parts.loop(), parts.storage());
        this.release = new ChunkRelease(parts.loop(), parts.storage(), gate);
        this.queue = new BlobQueue(parts, gate, release);
        this.uploads = new BlobUploads(parts, gate, release);
        this.others = new OthersBlobs(queue::add);
        this.orphans = new BlobOrphans(parts.loop(), parts.storage(), release, queue);
    }

    /** Goes on with what an earlier run left. */
    public void start() {
        uploads.cleanUp(Optional.empty());
        orphans.start();
        releaseNext(Optional.empty());
        queue.next();
    }

    private void releaseNext(Optional<byte[]> after) {
        OnLoop.of(parts.loop(), parts.storage().records(BlobRecords.RELEASE, after, 1, 1))
                .thenCompose(found -> {
                    if (found.isEmpty()) {
                        return CompletableFuture.completedFuture(null);
                    }
                    StoredRecord record = found.get(0);
                    byte[] owner = record.key().key();
                    return manifest(BlobRecords.readHash(record.value()))
                            .thenCompose(manifest -> manifest.isPresent()
                                    ? release.blob(owner, manifest.get())
                                    : CompletableFuture.completedFuture(null))
                            .thenAccept(done -> releaseNext(Optional.of(owner)));
                })
                .exceptionally(reason -> {
                    LOG.debug("chunks that nobody uses are removed at the next start", reason);
                    return null;
                });
    }

    /** Removes what the store keeps of large blobs whose entries are deleted. */
    public EntryRemover.Belongings orphans() {
        return orphans;
    }

    /** A peer is connected. */
    public void peerUp(Peer peer) {
        peers.put(peer.node(), peer);
        queue.fetcher().peerUp(peer);
    }

    /** A peer is gone. */
    public void peerDown(Peer peer) {
        peers.remove(peer.node());
        queue.fetcher().peerDown(peer);
        server.peerDown(peer.node());
    }

    /** A peer opened a stream. */
    public void accept(PeerStream stream) {
        Peer peer = peers.get(stream.node());
        if (peer == null) {
            stream.reset();
        } else {
            server.accept(peer, stream);
        }
    }

    /** Entries of peers are stored. */
    public void stored(List<Arrival> arrivals) {
        for (Arrival arrival : arrivals) {
            EntryHeader header = arrival.entry().header();
            if (header.kind() == EntryHeader.KIND_LARGE_BLOB) {
                queue.add(arrival.entry().stored().id(), header.blobHash());
            }
        }
    }

    /** Another to whom the store belongs too has stored an entry that stands for a large blob, and fetches it or has it. */
    public void heard(EntryId entry, BlobHash blob) {
        others.heard(entry, blob);
    }

    /** Time passes; called every second or so. */
    public void tick() {
        others.tick();
        queue.tick();
    }

    /** Publishes what a stream gives. */
    public void publish(InputStream content, long size, CompletableFuture<BlobHash> done) {
        uploads.publish(new BlobUploads.Wish(content, size, done));
    }

    /**
     * Gets a blob of a megabyte at most. The manifest of a large blob is nobody's content and not found.
     *
     * @return fails with {@link LimitExceededException} when the content is here and larger
     */
    public CompletableFuture<Optional<byte[]>> get(BlobHash hash) {
        return content(hash).thenCompose(found -> {
            if (found.isPresent()) {
                return CompletableFuture.completedFuture(found);
            }
            return OnLoop.of(parts.loop(), parts.storage().record(BlobRecords.contentKey(hash)))
                    .thenApply(large -> {
                        if (large.isPresent()) {
                            throw new LimitExceededException("blob " + hash + " has more than "
                                    + StoredEntry.MAX_BLOB_BYTES + " bytes: openBlob opens it");
                        }
                        return Optional.empty();
                    });
        });
    }

    private CompletableFuture<Optional<byte[]>> content(BlobHash hash) {
        return OnLoop.of(parts.loop(), parts.storage().entryOfBlob(hash))
                .thenApply(entry -> entry.filter(known -> !isManifest(known)).flatMap(StoredEntry::blob));
    }

    /** Verification lets no entry of this kind in with any other blob. */
    private static boolean isManifest(StoredEntry entry) {
        return EntryCodec.headerOf(entry.envelope()).kind() == EntryHeader.KIND_LARGE_BLOB;
    }

    /** Opens a blob of any length by the hash of its content. */
    public CompletableFuture<Optional<InputStream>> open(BlobHash hash) {
        return OnLoop.of(parts.loop(), parts.storage().record(BlobRecords.contentKey(hash)))
                .thenCompose(found -> found.isPresent()
                        ? manifest(BlobRecords.readHash(found.get()))
                                .thenApply(manifest ->
                                        manifest.map(known -> (InputStream) new BlobContent(parts.storage(), known)))
                        : content(hash).thenApply(blob -> blob.map(ByteArrayInputStream::new)));
    }

    private CompletableFuture<Optional<BlobManifest>> manifest(BlobHash blob) {
        return OnLoop.of(parts.loop(), parts.storage().entryOfBlob(blob))
                .thenApply(entry -> entry.flatMap(StoredEntry::blob).map(BlobManifest::decode));
    }

    /** Ends streams and takes nothing more; the future completes when the chunks that came are stored. */
    public CompletableFuture<Void> stop() {
        uploads.stop();
        server.stop();
        return queue.stop();
    }
}
