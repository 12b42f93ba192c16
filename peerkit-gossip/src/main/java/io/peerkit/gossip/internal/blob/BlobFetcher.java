// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.NodeId;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.chunk.BlobRecords;
import io.peerkit.gossip.internal.chunk.ChunkPage;
import io.peerkit.gossip.internal.chunk.ChunkRef;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.peer.SteadyClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what a {@link FetchMachine} decides: asks peers, checks what they send away from the loop, stores it several
 * chunks at a time. Belongs to the node loop.
 */
final class BlobFetcher implements BlobStream.Owner, Suppliers.Listener {
    /** The most writes at a time. */
    private static final int MAX_WRITES = 2;

    /** While one write is under way, another begins with this many bytes. */
    private static final long WORTH_A_WRITE = 2L * 1_048_576;

    /** The most bytes of a write. */
    private static final long MAX_WRITE_BYTES = 6L * 1_048_576;

    /** How long to wait when the store failed. */
    private static final Duration STORE_REST = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(BlobFetcher.class);

    /** Is told how downloads end. */
    interface Listener {
        /** All is here and right. */
        void fetched(BlobHash blob);

        /** The author lied. */
        void lied(BlobHash blob, String why);

        /** The manifest of a blob that is being fetched. */
        Optional<BlobManifest> manifest(BlobHash blob);
    }

    private record Came(NodeId peer, ChunkRef chunk, byte[] bytes, List<ContentDigest> digests) {}

    private final BlobParts parts;
    private final ClaimGate gate;
    private final Listener listener;
    private final FetchMachine machine = new FetchMachine();
    private final SteadyClock clock;
    private final Suppliers suppliers;
    private final WorkLane lane;
    private final ContentDigest.Room room = new ContentDigest.Room();
    private final Map<BlobHash, ContentDigest> digests = new LinkedHashMap<>();
    private final Deque<Came> toStore = new ArrayDeque<>();
    private long toStoreBytes;
    private int writes;
    private boolean stopped;
    private final CompletableFuture<Void> idle = new CompletableFuture<>();

    BlobFetcher(BlobParts parts, ClaimGate gate, Listener listener) {
        this.parts = parts;
        this.gate = gate;
        this.listener = listener;
        this.clock = new SteadyClock(parts.loop());
        this.suppliers = new Suppliers(parts, this, this);
        this.lane = new WorkLane(parts.workers());
    }

    void peerUp(Peer peer) {
        suppliers.peerUp(peer);
    }

    void peerDown(Peer peer) {
        suppliers.peerDown(peer);
    }

    boolean hasRoom() {
        return machine.hasRoom();
    }

    Collection<Download> downloads() {
        return machine.downloads();
    }

    long now() {
        return clock.millis();
    }

    void begin(BlobHash blob, BlobManifest manifest) {
        digests.put(blob, new ContentDigest(room));
        perform(machine.begin(blob, manifest, clock.millis()));
        suppliers.wanted(true);
    }

    /** Gives a download up for now; what came stays. */
    void park(BlobHash blob) {
        machine.forget(blob);
        forgetDigest(blob);
    }

    private void forgetDigest(BlobHash blob) {
        ContentDigest digest = digests.remove(blob);
        if (digest != null) {
            lane.execute(digest::stop);
        }
    }

    void tick() {
        perform(machine.tick(clock.millis()));
        suppliers.wanted(!machine.downloads().isEmpty());
        suppliers.tick();
    }

    /** Asks for nothing more; the future completes when what came is stored. */
    CompletableFuture<Void> stop() {
        stopped = true;
        suppliers.stop();
        CompletableFuture<Void> checked = new CompletableFuture<>();
        lane.execute(() -> checked.complete(null));
        return OnLoop.of(parts.loop(), checked).thenCompose(done -> {
            store();
            endIfIdle();
            return idle;
        });
    }

    private void endIfIdle() {
        if (stopped && writes == 0 && toStore.isEmpty()) {
            idle.complete(null);
        }
    }

    private void perform(List<FetchAction> actions) {
        for (FetchAction action : actions) {
            if (stopped) {
                return;
            }
            if (action instanceof FetchAction.Ask ask) {
                suppliers.ask(ask.peer(), ask.hashes());
            } else if (action instanceof FetchAction.ReadPage read) {
                readPage(read);
            } else if (action instanceof FetchAction.Claim claim) {
                claim(claim);
            } else if (action instanceof FetchAction.Fetched fetched) {
                LOG.debug("all chunks of large blob {} are here", fetched.blob());
                finish(fetched.blob());
            } else if (action instanceof FetchAction.Lied lied) {
                forgetDigest(lied.blob());
                listener.lied(lied.blob(), lied.why());
            } else if (action instanceof FetchAction.Ban ban) {
                suppliers.ban(ban.peer(), ban.why());
            } else if (action instanceof FetchAction.Renew renew) {
                suppliers.renew(renew.peer());
            }
        }
    }

    private void readPage(FetchAction.ReadPage read) {
        claim(read.blob(), List.of(new ChunkRef(read.hash(), 0)))
                .thenCompose(done ->
                        OnLoop.of(parts.loop(), parts.storage().chunks(List.of(read.hash()), ChunkPage.MAX_BYTES)))
                .thenAccept(found -> {
                    Optional<byte[]> bytes = found.stream().findFirst().map(StoredChunk::bytes);
                    perform(machine.pageRead(read.blob(), read.page(), bytes, clock.millis()));
                })
                .exceptionally(reason -> retry(reason, read));
    }

    private void claim(FetchAction.Claim claim) {
        ContentDigest digest = digests.get(claim.blob());
        if (digest != null) {
            lane.execute(() -> digest.listed(claim.chunks()));
        }
        claimAndLook(claim);
    }

    private void claimAndLook(FetchAction.Claim claim) {
        List<BlobHash> hashes = claim.chunks().stream().map(ChunkRef::hash).toList();
        claim(claim.blob(), claim.chunks())
                .thenCompose(done -> OnLoop.of(parts.loop(), parts.storage().chunksPresent(hashes)))
                .thenAccept(present -> claimed(claim, present))
                .exceptionally(reason -> retry(reason, claim));
    }

    private void claimed(FetchAction.Claim claim, BitSet present) {
        perform(machine.claimed(claim.blob(), claim.page(), present, clock.millis()));
    }

    /** Notes that a blob uses chunks. */
    private CompletableFuture<BitSet> claim(BlobHash blob, List<ChunkRef> chunks) {
        byte[] owner = blob.toBytes();
        Set<BlobHash> hashes = new LinkedHashSet<>();
        chunks.forEach(chunk -> hashes.add(chunk.hash()));
        List<StoredRecord> uses =
                BlobRecords.uses(hashes, owner, parts.storage().isShared());
        return gate.claim(() -> OnLoop.of(
                parts.loop(),
                parts.storage().write(WriteBatch.builder().records(uses).build())));
    }

    private Void retry(Throwable reason, FetchAction action) {
        LOG.debug("the store failed for a large blob; tried again in {}", STORE_REST, reason);
        parts.loop().schedule(STORE_REST, () -> {
            if (action instanceof FetchAction.ReadPage read && machine.isFetching(read.blob())) {
                readPage(read);
            } else if (action instanceof FetchAction.Claim claim && machine.isFetching(claim.blob())) {
                claimAndLook(claim);
            }
        });
        return null;
    }

    @Override
    public void supplierUp(NodeId node) {
        perform(machine.peerUp(node, clock.millis()));
    }

    @Override
    public void supplierDown(NodeId node) {
        perform(machine.peerDown(node, clock.millis()));
    }

    @Override
    public List<NodeId> useless() {
        return machine.useless(clock.millis());
    }

    @Override
    public void chunk(NodeId peer, BlobHash hash, byte[] bytes) {
        if (machine.arrived(peer, hash, bytes.length, clock.millis())) {
            List<ContentDigest> users = new ArrayList<>(1);
            for (BlobHash blob : machine.usersOf(hash)) {
                ContentDigest digest = digests.get(blob);
                if (digest != null) {
                    users.add(digest);
                }
            }
            Came came = new Came(peer, new ChunkRef(hash, bytes.length), bytes, users);
            lane.execute(() -> check(came));
        }
    }

    /** On the lane. */
    private void check(Came came) {
        boolean right = BlobHash.ofBlob(came.bytes()).equals(came.chunk().hash());
        if (right) {
            came.digests().forEach(digest -> digest.came(came.chunk().hash(), came.bytes()));
        }
        parts.loop().execute(() -> checked(came, right));
    }

    private void checked(Came came, boolean right) {
        perform(machine.checked(came.peer(), came.chunk().hash(), came.chunk().length(), right, clock.millis()));
        if (right) {
            toStore.add(came);
            toStoreBytes += came.chunk().length();
            store();
        }
    }

    @Override
    public void absent(NodeId peer, List<BlobHash> hashes) {
        hashes.forEach(hash -> machine.absent(peer, hash, clock.millis()));
    }

    @Override
    public void handled(NodeId peer) {
        perform(machine.more(peer, clock.millis()));
    }

    @Override
    public boolean isFull() {
        return machine.isFull();
    }

    @Override
    public void lost(BlobStream stream, Throwable reason) {
        suppliers.lost(stream, reason);
    }

    private void store() {
        while (!toStore.isEmpty() && (writes == 0 || (writes < MAX_WRITES && toStoreBytes >= WORTH_A_WRITE))) {
            List<Came> batch = new ArrayList<>();
            long bytes = 0;
            while (!toStore.isEmpty()
                    && batch.size() < WriteBatch.MAX_CHUNKS
                    && (bytes == 0 || bytes + toStore.element().chunk().length() <= MAX_WRITE_BYTES)) {
                Came came = toStore.remove();
                toStoreBytes -= came.chunk().length();
                if (machine.isWanted(came.chunk())) {
                    bytes += came.chunk().length();
                    batch.add(came);
                }
            }
            if (!batch.isEmpty()) {
                writes++;
                write(batch);
            }
        }
    }

    private void write(List<Came> batch) {
        List<StoredChunk> chunks = batch.stream()
                .map(came -> new StoredChunk(came.chunk().hash(), came.bytes()))
                .toList();
        CompletableFuture<?> unused = gate.claim(() -> OnLoop.of(
                        parts.loop(),
                        parts.storage()
                                .write(WriteBatch.builder().chunks(chunks).build())))
                .whenComplete((done, failure) -> {
                    writes--;
                    if (failure != null) {
                        LOG.debug("{} chunks could not be stored; they are asked for again", batch.size(), failure);
                        batch.forEach(came -> machine.storeFailed(came.chunk(), clock.millis()));
                    } else {
                        batch.forEach(came -> perform(machine.stored(came.chunk(), clock.millis())));
                    }
                    store();
                    perform(machine.askAll(clock.millis()));
                    suppliers.resume();
                    endIfIdle();
                });
    }

    private void finish(BlobHash blob) {
        ContentDigest digest = digests.remove(blob);
        Optional<BlobManifest> manifest = listener.manifest(blob);
        if (digest == null || manifest.isEmpty()) {
            return;
        }
        new ContentCheck(parts, lane, digest, manifest.get())
                .start()
                .thenAccept(hash -> {
                    if (hash.equals(manifest.get().content())) {
                        listener.fetched(blob);
                    } else {
                        listener.lied(
                                blob,
                                "its content has the hash " + hash + ", not "
                                        + manifest.get().content());
                    }
                })
                .exceptionally(reason -> {
                    LOG.debug("large blob {} could not be read back; it is looked through again", blob, reason);
                    parts.loop().schedule(STORE_REST, () -> {
                        if (!stopped) {
                            begin(blob, manifest.get());
                        }
                    });
                    return null;
                });
    }
}
