// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeId;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.chunk.ChunkPage;
import io.peerkit.gossip.internal.chunk.ChunkRef;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides which chunks to ask of whom, for some large blobs at a time.
 *
 * <p>A blob is fetched page after page; what a page lists and the store has not is wanted. Each peer has a window of bytes,
 * which quick answers open and slow ones close; as it has room it gets the first chunk that nobody was asked for, so that peers
 * share the work as they can. A peer that is free when all is asked gets what another owes for too long. What a peer has
 * not is asked elsewhere, and of it again only after a rest.
 *
 * <p>Every method gives the actions that follow. Time is in milliseconds of any clock that does not step back.
 */
final class FetchMachine {
    /** The most blobs at a time. */
    static final int MAX_DOWNLOADS = 4;

    /** The most peers that are asked at a time; each may have a partial frame of a megabyte on the heap. */
    static final int MAX_SUPPLIERS = 8;

    /** Above this many bytes of chunks that came and are not stored yet, no more are read from peers. */
    static final long MAX_TAKEN_BYTES = 12L * 1_048_576;

    /** A peer that owes something and answers nothing for this long gets a new stream. */
    static final long SILENCE_MILLIS = 20_000;

    /** How long nothing is asked for when the store could not keep a chunk. */
    static final long STORE_REST_MILLIS = 5_000;

    private final Map<BlobHash, Download> downloads = new LinkedHashMap<>();
    private final Map<BlobHash, Want> wants = new LinkedHashMap<>();
    private final Map<NodeId, Supplier> suppliers = new LinkedHashMap<>();
    private List<FetchAction> actions = new ArrayList<>();
    private long takenBytes;
    private long restsUntil = Long.MIN_VALUE;

    private List<FetchAction> done() {
        List<FetchAction> done = actions;
        actions = new ArrayList<>();
        return done;
    }

    /** Whether another blob may begin. */
    boolean hasRoom() {
        return downloads.size() < MAX_DOWNLOADS;
    }

    /** Whether a blob is being fetched. */
    boolean isFetching(BlobHash blob) {
        return downloads.containsKey(blob);
    }

    /** The blobs being fetched, a copy. */
    List<Download> downloads() {
        return new ArrayList<>(downloads.values());
    }

    /** Whether so much waits to be stored that nothing should be read from peers. */
    boolean isFull() {
        return takenBytes >= MAX_TAKEN_BYTES;
    }

    /** Begins to fetch a blob. */
    List<FetchAction> begin(BlobHash blob, BlobManifest manifest, long now) {
        Download download = new Download(blob, manifest, now);
        downloads.put(blob, download);
        openPages(download);
        return done();
    }

    /** Forgets a blob. What was asked for it comes and is not wanted any more. */
    void forget(BlobHash blob) {
        Download download = downloads.remove(blob);
        if (download != null) {
            drop(download);
        }
    }

    private void drop(Download download) {
        downloads.remove(download.blob());
        suppliers.values().forEach(supplier -> supplier.forget(download.blob()));
        wants.values().forEach(want -> want.users().removeIf(page -> page.download() == download));
        wants.values().removeIf(want -> want.users().isEmpty() && !want.isTaken());
    }

    private void openPages(Download download) {
        while (download.mayOpen()) {
            OpenPage page = download.openNext();
            actions.add(new FetchAction.ReadPage(download.blob(), page.index(), page.hash()));
        }
    }

    private Optional<OpenPage> page(BlobHash blob, int index) {
        return Optional.ofNullable(downloads.get(blob))
                .map(download -> download.open().get(index));
    }

    /** The store was read for a page. */
    List<FetchAction> pageRead(BlobHash blob, int index, Optional<byte[]> bytes, long now) {
        Optional<OpenPage> open = page(blob, index);
        if (open.isEmpty() || open.get().isListed()) {
            return done();
        }
        OpenPage page = open.get();
        if (bytes.isEmpty()) {
            want(new ChunkRef(page.hash(), ChunkPage.MAX_BYTES), page);
            fillAll(now);
            return done();
        }
        try {
            List<ChunkRef> chunks = ChunkPage.decode(bytes.get(), page.isLast());
            if (page.download().list(page, chunks)) {
                actions.add(new FetchAction.Claim(blob, index, chunks));
            } else {
                lied(
                        page.download(),
                        "the chunks of its pages do not add up to "
                                + page.download().manifest().size() + " bytes");
            }
        } catch (InvalidBytesException e) {
            lied(page.download(), "page " + index + ": " + e);
        }
        return done();
    }

    private void lied(Download download, String why) {
        drop(download);
        actions.add(new FetchAction.Lied(download.blob(), why));
    }

    /** The uses of a page's chunks are noted; the bits tell which of them are in the store. */
    List<FetchAction> claimed(BlobHash blob, int index, BitSet present, long now) {
        Optional<OpenPage> open = page(blob, index);
        if (open.isEmpty()) {
            return done();
        }
        OpenPage page = open.get();
        Download download = page.download();
        long bytes = 0;
        for (int i = 0; i < page.chunks().size(); i++) {
            ChunkRef chunk = page.chunks().get(i);
            if (present.get(i)) {
                bytes += chunk.length();
            } else if (page.missing().add(chunk.hash())) {
                want(chunk, page);
            }
        }
        download.present(bytes, now);
        complete(page);
        fillAll(now);
        return done();
    }

    private void want(ChunkRef chunk, OpenPage page) {
        wants.computeIfAbsent(chunk.hash(), hash -> new Want(chunk)).users().add(page);
    }

    /** Goes on when a page has all it lists. */
    private void complete(OpenPage page) {
        Download download = page.download();
        if (page.isListed() && page.missing().isEmpty() && downloads.get(download.blob()) == download) {
            download.open().remove(page.index());
            openPages(download);
            if (download.isFetched()) {
                drop(download);
                actions.add(new FetchAction.Fetched(download.blob()));
            }
        } else {
            openPages(download);
        }
    }

    /** A peer can be asked. */
    List<FetchAction> peerUp(NodeId peer, long now) {
        Supplier supplier = new Supplier(peer);
        suppliers.put(peer, supplier);
        fill(supplier, now);
        return done();
    }

    /** A peer cannot be asked any more. */
    List<FetchAction> peerDown(NodeId peer, long now) {
        Supplier supplier = suppliers.remove(peer);
        if (supplier != null) {
            wants.values().forEach(want -> want.gone(peer));
            fillAll(now);
        }
        return done();
    }

    /**
     * A chunk came.
     *
     * @return whether it is to be checked, and told to {@link #checked}; another may have brought it before
     * @throws InvalidBytesException when the peer was not asked for it
     */
    boolean arrived(NodeId peer, BlobHash hash, int bytes, long now) {
        Supplier supplier = suppliers.get(peer);
        if (supplier == null || !supplier.answered(hash, true, now)) {
            throw new InvalidBytesException("chunk " + hash + " that was not asked for");
        }
        Want want = wants.get(hash);
        if (want == null || want.isTaken()) {
            return false;
        }
        want.take();
        takenBytes += bytes;
        return true;
    }

    /**
     * A peer has not what it was asked for.
     *
     * @throws InvalidBytesException when it was not asked
     */
    void absent(NodeId peer, BlobHash hash, long now) {
        Supplier supplier = suppliers.get(peer);
        if (supplier == null || !supplier.answered(hash, false, now)) {
            throw new InvalidBytesException("answer about chunk " + hash + " that was not asked for");
        }
        Want want = wants.get(hash);
        if (want != null) {
            want.absent(peer, now);
            want.users().forEach(page -> supplier.judge(page.download().blob(), false, now));
        }
    }

    /** Asks a peer that answered for more; called when all frames that came together were handled. */
    List<FetchAction> more(NodeId peer, long now) {
        Supplier supplier = suppliers.get(peer);
        if (supplier != null) {
            fill(supplier, now);
        }
        return done();
    }

    /** A chunk that came has the hash that was asked for, or not. Right ones are to be stored now. */
    List<FetchAction> checked(NodeId peer, BlobHash hash, int bytes, boolean right, long now) {
        Supplier supplier = suppliers.get(peer);
        Want want = wants.get(hash);
        if (right) {
            if (want != null && supplier != null) {
                want.users().forEach(page -> supplier.judge(page.download().blob(), true, now));
            }
            return done();
        }
        takenBytes -= bytes;
        if (want != null) {
            reopen(want);
        }
        if (supplier != null) {
            suppliers.remove(peer);
            wants.values().forEach(other -> other.gone(peer));
            actions.add(new FetchAction.Ban(peer, "bytes that are not those of chunk " + hash));
        }
        fillAll(now);
        return done();
    }

    private void reopen(Want want) {
        want.open();
        if (want.users().isEmpty()) {
            wants.remove(want.hash());
        }
    }

    /** The blobs that wait for a chunk. */
    List<BlobHash> usersOf(BlobHash chunk) {
        Want want = wants.get(chunk);
        return want == null
                ? List.of()
                : want.users().stream()
                        .map(page -> page.download().blob())
                        .distinct()
                        .toList();
    }

    /** The peers that lately had nothing of all that is fetched. */
    List<NodeId> useless(long now) {
        return suppliers.values().stream()
                .filter(supplier -> !downloads.isEmpty()
                        && downloads.keySet().stream().allMatch(blob -> supplier.restsFrom(blob, now)))
                .map(Supplier::peer)
                .toList();
    }

    /** A chunk that was right is in the store. */
    List<FetchAction> stored(ChunkRef chunk, long now) {
        takenBytes -= chunk.length();
        Want want = wants.remove(chunk.hash());
        if (want == null) {
            return done();
        }
        for (OpenPage page : new ArrayList<>(want.users())) {
            Download download = page.download();
            if (!page.isListed()) {
                actions.add(new FetchAction.ReadPage(download.blob(), page.index(), page.hash()));
            } else if (page.missing().remove(chunk.hash())) {
                arrivedIn(page, chunk, now);
            }
        }
        return done();
    }

    private void arrivedIn(OpenPage page, ChunkRef chunk, long now) {
        long bytes = 0;
        for (ChunkRef listed : page.chunks()) {
            if (listed.hash().equals(chunk.hash())) {
                if (listed.length() != chunk.length()) {
                    lied(
                            page.download(),
                            "chunk " + chunk.hash() + " has " + chunk.length() + " bytes, its page says "
                                    + listed.length());
                    return;
                }
                bytes += chunk.length();
            }
        }
        page.download().present(bytes, now);
        complete(page);
    }

    /** Whether some blob still waits for a chunk that was right; if not, it must not be stored. */
    boolean isWanted(ChunkRef chunk) {
        Want want = wants.get(chunk.hash());
        if (want != null && !want.users().isEmpty()) {
            return true;
        }
        takenBytes -= chunk.length();
        wants.remove(chunk.hash());
        return false;
    }

    /** A chunk that was right could not be stored: it is asked for again, after a rest. */
    void storeFailed(ChunkRef chunk, long now) {
        takenBytes -= chunk.length();
        restsUntil = now + STORE_REST_MILLIS;
        Want want = wants.get(chunk.hash());
        if (want != null) {
            reopen(want);
        }
    }

    /** Time passes; called every second or so. */
    List<FetchAction> tick(long now) {
        for (Supplier supplier : List.copyOf(suppliers.values())) {
            // While this node reads nothing, no peer can answer.
            if (supplier.isSilent(now, SILENCE_MILLIS) && !isFull()) {
                suppliers.remove(supplier.peer());
                wants.values().forEach(want -> want.lost(supplier.peer()));
                actions.add(new FetchAction.Renew(supplier.peer()));
            }
        }
        fillAll(now);
        return done();
    }

    /** Asks every peer for what it has room for. */
    List<FetchAction> askAll(long now) {
        fillAll(now);
        return done();
    }

    private void fillAll(long now) {
        suppliers.values().forEach(supplier -> fill(supplier, now));
    }

    private void fill(Supplier supplier, long now) {
        if (wants.isEmpty() || isFull() || now < restsUntil) {
            return;
        }
        List<BlobHash> asks = supplier.choose(wants.values(), now);
        for (int from = 0; from < asks.size(); from += BlobFrameCodec.MAX_HASHES) {
            int to = Math.min(from + BlobFrameCodec.MAX_HASHES, asks.size());
            actions.add(new FetchAction.Ask(supplier.peer(), List.copyOf(asks.subList(from, to))));
        }
    }
}
