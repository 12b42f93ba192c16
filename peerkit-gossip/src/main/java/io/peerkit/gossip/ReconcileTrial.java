// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

import io.peerkit.api.NetworkId;
import io.peerkit.cbor.Frames;
import io.peerkit.gossip.internal.reconcile.DeepCheck;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.reconcile.EntrySetLoader;
import io.peerkit.gossip.internal.reconcile.SketchKey;
import io.peerkit.gossip.internal.sync.SyncAction;
import io.peerkit.gossip.internal.sync.SyncFrameCodec;
import io.peerkit.gossip.internal.sync.SyncInitiator;
import io.peerkit.gossip.internal.sync.SyncMachine;
import io.peerkit.gossip.internal.sync.SyncResponder;
import io.peerkit.gossip.internal.sync.SyncScope;
import io.peerkit.gossip.internal.sync.SyncStart;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Lets the two sides of a sync session find their differences in this process, without network and store: for benchmarks,
 * which get exact bytes and round trips.
 *
 * <p>Two sets of made-up entries are kept; each run takes entries out of both, lets them compare, and puts them back. For one
 * thread.
 */
public final class ReconcileTrial {
    private static final int ID_BYTES = 32;
    private static final SyncScope SCOPE = new SyncScope(NetworkId.named("trial"), SyncScope.ALL);

    /** Some 60 entries in a millisecond, which is what bulk publishing makes. */
    private static final int ENTRIES_PER_MILLI = 60;

    private static final long FIRST_MILLI = 1_790_000_000_000L;

    private final int entries;
    private final long seed;
    private final SplittableRandom random;
    private final EntrySet initiator;
    private final EntrySet responder;
    private Optional<EntrySet> bare = Optional.empty();

    /**
     * What one session took.
     *
     * @param bytes sent both ways until both sides knew which entries the other lacks, length prefixes included
     * @param roundTrips how often the initiator waited for the responder, the hellos included
     * @param found the entries that were found to be missing on either side
     * @param nanos how long both sides worked, one after the other
     */
    public record Result(long bytes, int roundTrips, long found, long nanos) {}

    /**
     * Makes the two sets, which takes about a microsecond for each entry.
     *
     * @param entries in each set
     * @param seed of ids and chance
     */
    public ReconcileTrial(int entries, long seed) {
        this.entries = entries;
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.initiator = load(Optional.of(SCOPE.key()));
        this.responder = load(Optional.of(SCOPE.key()));
    }

    private EntrySet load(Optional<SketchKey> key) {
        EntrySetLoader loader = new EntrySetLoader(key);
        long[] time = new long[1];
        byte[] id = new byte[ID_BYTES];
        for (int i = 0; i < entries; i++) {
            time[0] = time(i);
            id(i, id);
            loader.append(time, id, 1);
        }
        return loader.load();
    }

    private static long time(int number) {
        return ((FIRST_MILLI + number / ENTRIES_PER_MILLI) << 16) + number % ENTRIES_PER_MILLI;
    }

    private void id(int number, byte[] id) {
        new SplittableRandom(seed ^ (number * 0x9e3779b97f4a7c15L)).nextBytes(id);
    }

    /**
     * Adds entries at any place to a set of as many entries, and removes them again.
     *
     * @param count how many
     * @param keyed whether to use one of the sets, or one without sketch and index, which is made first
     */
    public void addAndRemove(int count, boolean keyed) {
        EntrySet set = keyed
                ? initiator
                : bare.orElseGet(() -> {
                    bare = Optional.of(load(Optional.empty()));
                    return bare.get();
                });
        byte[] ids = new byte[count * ID_BYTES];
        random.nextBytes(ids);
        long[] times =
                random.ints(count, 0, entries).mapToLong(ReconcileTrial::time).toArray();
        for (int i = 0; i < count; i++) {
            set.add(times[i], ids, i * ID_BYTES);
        }
        for (int i = 0; i < count; i++) {
            set.remove(times[i], ids, i * ID_BYTES);
        }
    }

    /**
     * Runs a session between sets that differ.
     *
     * @param differences entries that only one side has, scattered over the whole set, as many on this side as on that
     * @param rangesOnly whether to do without coded symbols
     * @return what it took
     */
    public Result run(int differences, boolean rangesOnly) {
        int[] lacking = random.ints(0, entries).distinct().limit(differences).toArray();
        for (int i = 0; i < differences; i++) {
            change(i, lacking[i], false);
        }
        try {
            return new Session(rangesOnly).run();
        } finally {
            for (int i = 0; i < differences; i++) {
                change(i, lacking[i], true);
            }
        }
    }

    private void change(int i, int number, boolean add) {
        byte[] id = new byte[ID_BYTES];
        id(number, id);
        EntrySet set = i % 2 == 0 ? initiator : responder;
        if (add) {
            set.add(time(number), id, 0);
        } else {
            set.remove(time(number), id, 0);
        }
    }

    private final class Session {
        private final Deque<byte[]> toInitiator = new ArrayDeque<>();
        private final Deque<byte[]> toResponder = new ArrayDeque<>();
        private final SyncMachine asking;
        private final SyncMachine answering;
        private long bytes;
        private long found;
        private int roundTrips;
        private boolean leading;

        Session(boolean rangesOnly) {
            asking = new SyncInitiator(start(initiator, rangesOnly));
            answering = new SyncResponder(start(responder, rangesOnly));
        }

        private SyncStart start(EntrySet set, boolean rangesOnly) {
            return new SyncStart(SCOPE, set, set.snapshot(), Optional.empty(), random.nextLong(), false, rangesOnly);
        }

        Result run() {
            long begin = System.nanoTime();
            perform(asking, asking.start(), toResponder);
            while (!toResponder.isEmpty()) {
                roundTrips += leading ? 0 : 1;
                deliver(toResponder, answering, toInitiator);
                deliver(toInitiator, asking, toResponder);
            }
            return new Result(bytes, roundTrips, found, System.nanoTime() - begin);
        }

        private void deliver(Deque<byte[]> inbox, SyncMachine machine, Deque<byte[]> outbox) {
            for (byte[] payload : drained(inbox)) {
                perform(machine, machine.received(SyncFrameCodec.decode(payload), payload.length), outbox);
            }
        }

        private static List<byte[]> drained(Deque<byte[]> inbox) {
            List<byte[]> all = new ArrayList<>(inbox);
            inbox.clear();
            return all;
        }

        private void perform(SyncMachine machine, List<SyncAction> actions, Deque<byte[]> outbox) {
            for (SyncAction action : actions) {
                if (action instanceof SyncAction.Send send) {
                    byte[] payload = SyncFrameCodec.encode(send.frame());
                    bytes += Frames.write(payload).length;
                    outbox.add(payload);
                } else if (action instanceof SyncAction.Feed feed) {
                    feed(feed.piece());
                } else if (action instanceof SyncAction.Check check) {
                    DeepCheck sum = new DeepCheck(check.snapshot(), check.nonce());
                    sum.advance(Integer.MAX_VALUE);
                    perform(machine, machine.checked(sum.sum()), outbox);
                }
            }
        }

        private void feed(SyncAction.Piece piece) {
            if (piece instanceof SyncAction.Asked asked) {
                found += asked.ids().length / ID_BYTES;
            } else if (piece instanceof SyncAction.Ranges ranges) {
                found += ranges.ranges().entries();
            } else if (piece instanceof SyncAction.Last) {
                leading = true;
            }
        }
    }
}
