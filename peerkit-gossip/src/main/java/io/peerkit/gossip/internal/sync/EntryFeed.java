// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.reconcile.EntryCursor;
import io.peerkit.gossip.internal.stream.FrameChannel;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Sends the pieces of a session, one behind the other, as fast as the peer takes them. The next page is read from the
 * store while the last is on its way; entries go out as they were stored.
 *
 * <p>Belongs to the node loop.
 */
final class EntryFeed {
    /** No more is read or made while this much waits to be sent. */
    static final int MAX_UNSENT_BYTES = 1_048_576;

    /** Entries are put together up to this many bytes a frame; a larger one goes alone. */
    static final int FRAME_BYTES = 131_072;

    /** While so many pieces wait, no more frames of the peer are read: it may ask faster than it takes. */
    static final int MAX_PIECES = 64;

    private static final int PAGE_BYTES = 524_288;
    private static final int PAGE_ENTRIES = 2_048;

    private final NodeLoop loop;
    private final Storage storage;
    private final FrameChannel channel;
    private final Runnable emptied;
    private final Consumer<Throwable> failed;
    private final Deque<Source> sources = new ArrayDeque<>();
    private boolean fetching;
    private long sentEntries;

    /** A piece on its way. */
    private interface Source {
        /** Sends or fetches the next part; false when there is none. */
        boolean advance();
    }

    /**
     * @param emptied all pieces given so far are sent or wait in the channel
     * @param failed the store failed
     */
    EntryFeed(NodeLoop loop, Storage storage, FrameChannel channel, Runnable emptied, Consumer<Throwable> failed) {
        this.loop = loop;
        this.storage = storage;
        this.channel = channel;
        this.emptied = emptied;
        this.failed = failed;
    }

    void add(SyncAction.Piece piece) {
        if (piece instanceof SyncAction.KeysOf keys) {
            sources.add(new KeySource(keys));
        } else if (piece instanceof SyncAction.AllBut all) {
            sources.add(new ScanSource(all));
        } else if (piece instanceof SyncAction.Ranges ranges) {
            sources.add(new IdSource(new RangeIds(ranges)));
        } else if (piece instanceof SyncAction.Asked asked) {
            sources.add(new IdSource(new PackedIds(asked.ids())));
        } else {
            sources.add(this::sendDone);
        }
    }

    /** Whether more pieces wait than should. */
    boolean isFull() {
        return sources.size() >= MAX_PIECES;
    }

    /** Goes on as far as there is room. */
    void pump() {
        if (sources.isEmpty()) {
            return;
        }
        boolean wasFull = isFull();
        advance();
        if (wasFull && !isFull()) {
            channel.read();
        }
    }

    private void advance() {
        while (!fetching && !channel.isClosed() && channel.unsentBytes() < MAX_UNSENT_BYTES) {
            if (sources.isEmpty()) {
                emptied.run();
                return;
            }
            if (!sources.element().advance()) {
                sources.remove();
            }
        }
    }

    private boolean sendDone() {
        channel.send(SyncFrameCodec.encode(new SyncFrame.Done()));
        return false;
    }

    private void fetched() {
        fetching = false;
        pump();
    }

    private void send(List<StoredEntry> page, SyncFilter filter) {
        List<WireEntry> frame = new ArrayList<>();
        int bytes = 0;
        for (StoredEntry entry : page) {
            Optional<byte[]> blob = entry.blob();
            // An entry whose blob the application declined is not passed on.
            if (blob.isEmpty() || !filter.wants(entry)) {
                continue;
            }
            WireEntry wire = new WireEntry(entry.envelope(), blob.get());
            if (!frame.isEmpty() && bytes + wire.bytes() > FRAME_BYTES) {
                send(frame);
                frame = new ArrayList<>();
                bytes = 0;
            }
            frame.add(wire);
            bytes += wire.bytes();
        }
        if (!frame.isEmpty()) {
            send(frame);
        }
    }

    private void send(List<WireEntry> frame) {
        sentEntries += frame.size();
        channel.send(SyncFrameCodec.encode(new SyncFrame.Entries(frame)));
    }

    /** The entries that were sent. */
    long sentEntries() {
        return sentEntries;
    }

    /** Which entries of a page go out. */
    private interface SyncFilter {
        boolean wants(StoredEntry entry);
    }

    private final class KeySource implements Source {
        private final EntryCursor cursor;
        private Optional<EntryKey> after;
        private int rest;

        KeySource(SyncAction.KeysOf piece) {
            after = piece.after();
            int size = piece.snapshot().size();
            int from = after.map(key -> behind(piece, key)).orElse(0);
            cursor = piece.snapshot().cursor(from, size);
            rest = size - from;
        }

        private static int behind(SyncAction.KeysOf piece, EntryKey key) {
            byte[] id = key.id().toBytes();
            int index = piece.snapshot().lowerBound(key.time(), id, 0);
            return piece.snapshot().contains(key.time(), id, 0) ? index + 1 : index;
        }

        @Override
        public boolean advance() {
            int count = Math.min(rest, SyncFrameCodec.MAX_KEYS);
            byte[] keys = new byte[count * EntryKeys.KEY_BYTES];
            for (int i = 0; i < count && cursor.next(); i++) {
                EntryKeys.putTime(keys, i * EntryKeys.KEY_BYTES, cursor.time());
                cursor.copyId(keys, i * EntryKeys.KEY_BYTES + EntryKeys.ID_OFFSET);
            }
            rest -= count;
            channel.send(SyncFrameCodec.encode(new SyncFrame.Keys(keys, after, rest == 0)));
            after = Optional.empty();
            return rest > 0;
        }
    }

    private final class ScanSource implements Source {
        private final SyncAction.AllBut piece;
        private final byte[] id = new byte[EntryKeys.ID_BYTES];
        private Optional<EntryKey> after;
        private boolean finished;

        ScanSource(SyncAction.AllBut piece) {
            this.piece = piece;
            this.after = piece.after();
        }

        @Override
        public boolean advance() {
            if (finished) {
                return false;
            }
            fetching = true;
            LoopHop.then(loop, storage.scan(after, PAGE_ENTRIES, PAGE_BYTES), this::page, failed);
            return true;
        }

        private void page(List<StoredEntry> page) {
            finished = page.isEmpty();
            if (!finished) {
                after = Optional.of(page.get(page.size() - 1).key());
                send(page, this::isMissing);
            }
            fetched();
        }

        private boolean isMissing(StoredEntry entry) {
            entry.id().copyTo(id, 0);
            return !piece.except().contains(entry.time(), id, 0);
        }
    }

    private final class IdSource implements Source {
        private final Ids ids;
        private List<EntryId> unread = List.of();

        IdSource(Ids ids) {
            this.ids = ids;
        }

        @Override
        public boolean advance() {
            List<EntryId> page = new ArrayList<>(unread);
            while (page.size() < PAGE_ENTRIES) {
                Optional<EntryId> next = ids.next();
                if (next.isEmpty()) {
                    break;
                }
                page.add(next.get());
            }
            unread = List.of();
            if (page.isEmpty()) {
                return false;
            }
            fetching = true;
            LoopHop.then(loop, storage.entries(page, PAGE_BYTES), found -> page(page, found), failed);
            return true;
        }

        private void page(List<EntryId> asked, List<StoredEntry> found) {
            send(found, entry -> true);
            unread = unread(asked, found, PAGE_BYTES);
            fetched();
        }
    }

    /** The ids that the store did not come to, because the entries before them were as long as a page may be. */
    static List<EntryId> unread(List<EntryId> asked, List<StoredEntry> found, int maxBytes) {
        long bytes = 0;
        for (StoredEntry entry : found) {
            bytes += entry.envelope().length
                    + entry.blob().map(blob -> blob.length).orElse(0);
        }
        if (found.isEmpty() || bytes <= maxBytes) {
            return List.of();
        }
        int last = asked.indexOf(found.get(found.size() - 1).id());
        return asked.subList(last + 1, asked.size());
    }

    private interface Ids {
        Optional<EntryId> next();
    }

    private static final class PackedIds implements Ids {
        private final byte[] packed;
        private int at;

        PackedIds(byte[] packed) {
            this.packed = packed;
        }

        @Override
        public Optional<EntryId> next() {
            if (at == packed.length) {
                return Optional.empty();
            }
            at += EntryKeys.ID_BYTES;
            return Optional.of(EntryKeys.id(packed, at - EntryKeys.ID_BYTES));
        }
    }

    private static final class RangeIds implements Ids {
        private final SyncAction.Ranges piece;
        private EntryCursor cursor;
        private int range;

        RangeIds(SyncAction.Ranges piece) {
            this.piece = piece;
            this.cursor = piece.snapshot().cursor(0, 0);
        }

        @Override
        public Optional<EntryId> next() {
            while (!cursor.next()) {
                if (range == piece.ranges().size()) {
                    return Optional.empty();
                }
                cursor = piece.snapshot()
                        .cursor(piece.ranges().from(range), piece.ranges().to(range));
                range++;
            }
            return Optional.of(cursor.id());
        }
    }
}
