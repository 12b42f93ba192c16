// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.EntryId;
import io.peerkit.api.NetworkId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.reconcile.DeepCheck;
import io.peerkit.gossip.internal.reconcile.EntryCursor;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * An initiator against a responder, frame by frame and byte by byte, the two directions in an order drawn by chance. An
 * entry is its key here: machines do not look into entries.
 */
final class SyncPair {
    static final SyncScope SCOPE = new SyncScope(NetworkId.named("test"), SyncScope.ALL);

    /** One side: what it has, its machine, and what is on the way to it. */
    final class Side {
        final SortedSet<EntryKey> keys;
        final SyncMachine machine;
        final Deque<byte[]> inbox = new ArrayDeque<>();
        private final Deque<SyncAction.Piece> pieces = new ArrayDeque<>();
        Optional<SyncAction.Outcome> outcome = Optional.empty();
        long bytesReceived;
        long bytesBesideEntries;
        int checks;
        int entriesReceived;
        int framesReceived;
        int entryFramesReceived;
        final EntrySet set;

        Side(SortedSet<EntryKey> keys, boolean initiator, Optional<EntryKey> cursor, Setup setup) {
            this.keys = keys;
            set = new EntrySet(setup.keyed ? Optional.of(SCOPE.key()) : Optional.empty());
            keys.forEach(key -> set.add(key.time(), key.id().toBytes(), 0));
            SyncStart start =
                    new SyncStart(SCOPE, set, set.snapshot(), cursor, random.nextLong(), setup.deep, setup.byRanges);
            machine = initiator ? new SyncInitiator(start) : new SyncResponder(start);
        }

        Side peer() {
            return this == initiator ? responder : initiator;
        }

        void perform(List<SyncAction> actions) {
            for (SyncAction action : actions) {
                if (action instanceof SyncAction.Send send) {
                    send(send.frame());
                } else if (action instanceof SyncAction.Feed feed) {
                    pieces.add(feed.piece());
                } else if (action instanceof SyncAction.Take take) {
                    for (WireEntry entry : take.entries()) {
                        keys.add(EntryKeys.key(entry.envelope(), 0));
                        entriesReceived++;
                    }
                } else if (action instanceof SyncAction.Check check) {
                    DeepCheck sum = new DeepCheck(check.snapshot(), check.nonce());
                    while (sum.advance(7)) {}
                    checks++;
                    perform(machine.checked(sum.sum()));
                } else if (action instanceof SyncAction.End end) {
                    outcome = Optional.of(end.outcome());
                }
            }
        }

        private void send(SyncFrame frame) {
            peer().inbox.add(SyncFrameCodec.encode(frame));
        }

        void receive() {
            byte[] bytes = inbox.remove();
            bytesReceived += bytes.length;
            framesReceived++;
            SyncFrame frame = SyncFrameCodec.decode(bytes);
            if (!(frame instanceof SyncFrame.Entries)) {
                bytesBesideEntries += bytes.length;
            } else {
                entryFramesReceived++;
            }
            perform(machine.received(frame, bytes.length));
        }

        boolean canFeed() {
            return !pieces.isEmpty();
        }

        void feed() {
            SyncAction.Piece piece = pieces.remove();
            if (piece instanceof SyncAction.KeysOf list) {
                feedKeys(list);
            } else if (piece instanceof SyncAction.AllBut all) {
                feedEntries(keys.stream()
                        .filter(key -> all.after()
                                .map(after -> key.compareTo(after) > 0)
                                .orElse(true))
                        .filter(key ->
                                !all.except().contains(key.time(), key.id().toBytes(), 0))
                        .toList());
            } else if (piece instanceof SyncAction.Ranges ranges) {
                List<EntryKey> listed = new ArrayList<>();
                for (int i = 0; i < ranges.ranges().size(); i++) {
                    EntryCursor cursor = ranges.snapshot()
                            .cursor(ranges.ranges().from(i), ranges.ranges().to(i));
                    while (cursor.next()) {
                        listed.add(new EntryKey(cursor.time(), cursor.id()));
                    }
                }
                feedEntries(listed);
            } else if (piece instanceof SyncAction.Asked asked) {
                List<EntryKey> found = new ArrayList<>();
                for (int at = 0; at < asked.ids().length; at += EntryKeys.ID_BYTES) {
                    EntryId id = EntryKeys.id(asked.ids(), at);
                    keys.stream().filter(key -> key.id().equals(id)).findFirst().ifPresent(found::add);
                }
                feedEntries(found);
            } else {
                send(new SyncFrame.Done());
            }
            if (pieces.isEmpty()) {
                perform(machine.fed());
            }
        }

        private void feedKeys(SyncAction.KeysOf list) {
            List<EntryKey> all = new ArrayList<>();
            EntryCursor cursor = list.snapshot().cursor(0, list.snapshot().size());
            while (cursor.next()) {
                EntryKey key = new EntryKey(cursor.time(), cursor.id());
                if (list.after().map(after -> key.compareTo(after) > 0).orElse(true)) {
                    all.add(key);
                }
            }
            int half = all.size() / 2;
            send(new SyncFrame.Keys(EntryKeys.pack(all.subList(0, half)), list.after(), false));
            send(new SyncFrame.Keys(EntryKeys.pack(all.subList(half, all.size())), Optional.empty(), true));
        }

        private void feedEntries(List<EntryKey> listed) {
            for (int from = 0; from < listed.size(); from += 7) {
                List<WireEntry> entries = new ArrayList<>();
                for (EntryKey key : listed.subList(from, Math.min(from + 7, listed.size()))) {
                    entries.add(new WireEntry(EntryKeys.pack(List.of(key)), new byte[10]));
                }
                send(new SyncFrame.Entries(entries));
            }
        }
    }

    final Side initiator;
    final Side responder;
    private final SplittableRandom random;

    SyncPair(SortedSet<EntryKey> initiatorKeys, SortedSet<EntryKey> responderKeys, long seed) {
        this(initiatorKeys, Optional.empty(), responderKeys, Optional.empty(), seed);
    }

    SyncPair(
            SortedSet<EntryKey> initiatorKeys,
            Optional<EntryKey> initiatorCursor,
            SortedSet<EntryKey> responderKeys,
            Optional<EntryKey> responderCursor,
            long seed) {
        this(initiatorKeys, initiatorCursor, Setup.USUAL, responderKeys, responderCursor, Setup.USUAL, seed);
    }

    private SyncPair(
            SortedSet<EntryKey> initiatorKeys,
            Optional<EntryKey> initiatorCursor,
            Setup initiatorSetup,
            SortedSet<EntryKey> responderKeys,
            Optional<EntryKey> responderCursor,
            Setup responderSetup,
            long seed) {
        random = new SplittableRandom(seed);
        initiator = new Side(initiatorKeys, true, initiatorCursor, initiatorSetup);
        responder = new Side(responderKeys, false, responderCursor, responderSetup);
    }

    static SyncPair of(
            SortedSet<EntryKey> initiatorKeys,
            Setup initiator,
            SortedSet<EntryKey> responderKeys,
            Setup responder,
            long seed) {
        return new SyncPair(
                initiatorKeys, Optional.empty(), initiator, responderKeys, Optional.empty(), responder, seed);
    }

    /**
     * How a side is set up.
     *
     * @param keyed whether its set has a sketch
     * @param deep whether it asks for deep checks, or grants them
     * @param byRanges whether it does without symbols
     */
    record Setup(boolean keyed, boolean deep, boolean byRanges) {
        static final Setup USUAL = new Setup(true, false, false);
    }

    /** Until nothing moves any more. */
    SyncPair run() {
        initiator.perform(initiator.machine.start());
        responder.perform(responder.machine.start());
        while (true) {
            List<Runnable> moves = new ArrayList<>();
            for (Side side : List.of(initiator, responder)) {
                if (!side.inbox.isEmpty()) {
                    moves.add(side::receive);
                }
                if (side.canFeed()) {
                    moves.add(side::feed);
                }
            }
            if (moves.isEmpty()) {
                return this;
            }
            moves.get(random.nextInt(moves.size())).run();
        }
    }

    static SortedSet<EntryKey> keys(int from, int to) {
        TreeSet<EntryKey> keys = new TreeSet<>();
        for (int i = from; i < to; i++) {
            keys.add(key(i));
        }
        return keys;
    }

    static EntryKey key(int number) {
        byte[] seed = {(byte) (number >> 24), (byte) (number >> 16), (byte) (number >> 8), (byte) number};
        return new EntryKey(1_000_000L + number / 3, EntryId.ofHeader(seed));
    }
}
