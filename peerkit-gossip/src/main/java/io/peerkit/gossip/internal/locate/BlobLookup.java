// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import io.peerkit.api.BlobHash;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeId;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.internal.blob.LargeBlobs;
import io.peerkit.gossip.internal.entry.OpenedEntry;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Gets blobs for the application: from the store, from the application's own tables, from peers. Answers peers in turn.
 *
 * <p>What a peer gives is kept when the strategy or a pin says that it belongs here. The content of a large blob cannot be had without
 * keeping it; the collector drops it again. Belongs to the node loop.
 */
public final class BlobLookup {
    /** What is spoken. */
    public static final ProtocolId PROTOCOL = Locator.PROTOCOL;

    /** How long an opening waits for the content of a large blob that was located; the fetching goes on behind that. */
    static final Duration CONTENT_WAIT = Duration.ofSeconds(30);

    /** How often it looks. */
    private static final Duration CONTENT_LOOK = Duration.ofMillis(250);

    private final LocateParts parts;
    private final LargeBlobs blobs;
    private final Keeper keeper;
    private final Locator locator;
    private final LocateServer server;
    private final Predicate<OpenedEntry> belongsHere;
    private final Map<NodeId, Peer> peers = new LinkedHashMap<>();
    private boolean stopped;

    /**
     * @param parts what it works with
     * @param blobs knows the large ones
     * @param keeper stores what belongs here
     * @param belongsHere whether an entry is to be kept
     */
    public BlobLookup(LocateParts parts, LargeBlobs blobs, Keeper keeper, Predicate<OpenedEntry> belongsHere) {
        this.parts = parts;
        this.blobs = blobs;
        this.keeper = keeper;
        this.locator = new Locator(parts);
        this.server = new LocateServer(parts);
        this.belongsHere = belongsHere;
    }

    /** A peer is connected. */
    public void peerUp(Peer peer) {
        peers.put(peer.node(), peer);
        locator.peerUp(peer);
    }

    /** A peer is gone. */
    public void peerDown(Peer peer) {
        peers.remove(peer.node());
        server.peerDown(peer);
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

    /** Gets a blob of a megabyte at most. */
    public void get(BlobHash hash, CompletableFuture<Optional<byte[]>> answer) {
        LoopHop.then(
                parts.loop(), blobs.get(hash), found -> orKept(hash, found, answer), answer::completeExceptionally);
    }

    /** Whether this node has the whole of a content, in the store or in the application's tables; completes on the loop. */
    public CompletableFuture<Boolean> isHere(BlobHash hash) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        LoopHop.then(
                parts.loop(),
                blobs.open(hash),
                found -> {
                    if (found.isPresent() || parts.kept().isEmpty()) {
                        answer.complete(found.isPresent());
                    } else {
                        LoopHop.then(
                                parts.loop(),
                                parts.kept().get().read(hash),
                                blob -> answer.complete(blob.isPresent()),
                                answer::completeExceptionally);
                    }
                },
                answer::completeExceptionally);
        return answer;
    }

    private void orKept(BlobHash hash, Optional<byte[]> stored, CompletableFuture<Optional<byte[]>> answer) {
        if (stored.isPresent()) {
            answer.complete(stored);
        } else if (parts.kept().isEmpty()) {
            fromPeers(hash, answer);
        } else {
            LoopHop.then(
                    parts.loop(),
                    parts.kept().get().read(hash),
                    kept -> {
                        if (kept.isPresent()) {
                            answer.complete(kept);
                        } else {
                            fromPeers(hash, answer);
                        }
                    },
                    answer::completeExceptionally);
        }
    }

    private void fromPeers(BlobHash hash, CompletableFuture<Optional<byte[]>> answer) {
        LoopHop.then(
                parts.loop(),
                locator.find(new Wanted.Blob(hash)),
                found -> {
                    if (found.filter(Located::isLarge).isPresent()) {
                        answer.completeExceptionally(new LimitExceededException("blob " + hash + " has more than "
                                + StoredEntry.MAX_BLOB_BYTES + " bytes: openBlob opens it"));
                        return;
                    }
                    if (found.isPresent()) {
                        keepIfItBelongsHere(found.get());
                        answer.complete(found.map(Located::blob));
                    } else {
                        // It may have come by itself meanwhile.
                        LoopHop.then(parts.loop(), blobs.get(hash), answer::complete, answer::completeExceptionally);
                    }
                },
                answer::completeExceptionally);
    }

    private void keepIfItBelongsHere(Located located) {
        located.entry().filter(belongsHere).ifPresent(entry -> keep(located, entry));
    }

    private void keep(Located located, OpenedEntry entry) {
        keeper.keep(located.from(), entry);
    }

    /** Opens a blob of any length. */
    public void open(BlobHash hash, CompletableFuture<Optional<InputStream>> answer) {
        LoopHop.then(
                parts.loop(),
                blobs.open(hash),
                found -> {
                    if (found.isPresent()) {
                        answer.complete(found);
                    } else {
                        openElsewhere(hash, answer);
                    }
                },
                answer::completeExceptionally);
    }

    private void openElsewhere(BlobHash hash, CompletableFuture<Optional<InputStream>> answer) {
        CompletableFuture<Optional<byte[]>> kept = parts.kept().isPresent()
                ? parts.kept().get().read(hash)
                : CompletableFuture.completedFuture(Optional.empty());
        LoopHop.then(
                parts.loop(),
                kept,
                blob -> {
                    if (blob.isPresent()) {
                        answer.complete(blob.map(ByteArrayInputStream::new));
                    } else {
                        openFromPeers(hash, answer);
                    }
                },
                answer::completeExceptionally);
    }

    private void openFromPeers(BlobHash hash, CompletableFuture<Optional<InputStream>> answer) {
        LoopHop.then(
                parts.loop(),
                locator.find(new Wanted.Blob(hash)),
                found -> {
                    if (found.filter(Located::isLarge).isPresent()) {
                        keep(found.get(), found.get().entry().orElseThrow());
                        await(hash, CONTENT_WAIT, answer);
                    } else {
                        found.ifPresent(this::keepIfItBelongsHere);
                        answer.complete(found.map(located -> new ByteArrayInputStream(located.blob())));
                    }
                },
                answer::completeExceptionally);
    }

    private void await(BlobHash hash, Duration left, CompletableFuture<Optional<InputStream>> answer) {
        LoopHop.then(
                parts.loop(),
                blobs.open(hash),
                found -> {
                    if (found.isPresent() || stopped || left.isNegative()) {
                        answer.complete(found);
                    } else {
                        parts.loop().schedule(CONTENT_LOOK, () -> await(hash, left.minus(CONTENT_LOOK), answer));
                    }
                },
                answer::completeExceptionally);
    }

    /**
     * Looks for something that is to be kept here.
     *
     * @return completes on the loop when it was found and is on its way into the store, or was not
     */
    public CompletableFuture<Boolean> fetch(Wanted wanted) {
        return locator.find(wanted).thenApply(found -> {
            Optional<Located> whole = found.filter(located -> located.entry().isPresent());
            whole.ifPresent(located -> keep(located, located.entry().orElseThrow()));
            return whole.isPresent();
        });
    }

    /** Gives up what is under way. */
    public void stop() {
        stopped = true;
        locator.stop();
        server.stop();
    }
}
