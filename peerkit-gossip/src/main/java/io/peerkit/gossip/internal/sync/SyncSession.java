// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.integrate.EntrySource;
import io.peerkit.gossip.internal.integrate.Receipt;
import io.peerkit.gossip.internal.integrate.StoredPrefix;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.reconcile.DeepCheck;
import io.peerkit.gossip.internal.stream.FrameChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Carries out one session over its stream. Belongs to the node loop.
 *
 * <p>It ends in two steps: when the machines are done the pair may begin another session; when all entries taken are stored
 * it is settled.
 */
final class SyncSession implements FrameChannel.Handler, EntrySource {
    /** A peer that sends more wrong entries than this in a session is cut off; one that errs gets a chance. */
    static final int MAX_REFUSED = 1_024;

    /**
     * How many half patiences a session may last, an hour at 30 s. A peer that always makes a little progress would
     * otherwise keep the snapshot, and with it old versions of the whole set, for ever. What came by then is stored, and
     * the next session goes on from there.
     */
    private static final int MAX_LOOKS = 240;

    /** Entries of a deep check that are summed up in one go: some 100 us. */
    private static final int CHECK_SLICE = 4_096;

    /** While this much waits to be sent, no more frames of the peer are read: it asks faster than it takes. */
    private static final int MAX_UNSENT_BYTES = 8 * 1_048_576;

    /** The owner of sessions. */
    interface Owner {
        /** Makes the machine when the session begins. */
        SyncMachine begin(SyncSession session);

        /** Makes the machine of a responder when the peer's first frame comes. */
        SyncMachine begin(SyncSession session, SyncFrame first);

        /** Whether an incoming session must give way. */
        boolean isBusy(SyncSession session, SyncFrame first);

        /** Both sides are in the same epoch; false when the session has to end, and another comes. */
        boolean mayGoOn(SyncSession session);

        /** The session is over; {@code reason} tells why it failed. */
        void over(SyncSession session, Optional<SyncAction.Outcome> outcome, Optional<Throwable> reason);

        /** All that the session took is stored or failed. */
        void settled(SyncSession session);
    }

    private final Peer peer;
    private final boolean initiator;
    private final SyncParts parts;
    private final Owner owner;
    private final FrameChannel channel;
    private final EntryFeed feed;
    private final NodeLoop.Timer watch;
    private Optional<SyncMachine> machine = Optional.empty();
    private final StoredPrefix prefix = new StoredPrefix();
    private boolean inOrder;
    private boolean progress = true;
    private boolean over;
    private boolean settling;
    private boolean settled;
    private Optional<SyncBudget> exceeded = Optional.empty();
    private long stored;
    private long changesBefore;
    private int looks;
    private boolean wasFull;
    private int refused;
    private int taken;

    SyncSession(Peer peer, boolean initiator, SyncParts parts, Owner owner, PeerStream stream) {
        this.peer = peer;
        this.initiator = initiator;
        this.parts = parts;
        this.owner = owner;
        this.channel = new FrameChannel(stream, parts.loop(), SyncFrameCodec.MAX_FRAME_BYTES, this);
        this.feed = new EntryFeed(parts.loop(), parts.storage(), channel, this::fed, this::failed);
        this.watch = new Watch(parts.loop(), parts.patience());
    }

    /** Looks twice per patience whether anything moved, so that steps of the wall clock do not matter. */
    private final class Watch implements NodeLoop.Timer {
        private final NodeLoop loop;
        private final Duration half;
        private NodeLoop.Timer timer;
        private int still;

        Watch(NodeLoop loop, Duration patience) {
            this.loop = loop;
            this.half = patience.dividedBy(2);
            this.timer = loop.schedule(half, this::look);
        }

        private void look() {
            if (over) {
                return;
            }
            // While this node brakes, the peer cannot make progress.
            still = progress || parts.integrator().isFull() ? 0 : still + 1;
            progress = false;
            if (++looks > MAX_LOOKS) {
                exceeded = Optional.of(SyncBudget.TIME);
                failed(new PeerUnreachableException("sync session with peer " + peer.agent() + " longer than "
                        + half.multipliedBy(MAX_LOOKS) + "; another goes on"));
            } else if (still >= 2) {
                exceeded = Optional.of(SyncBudget.PATIENCE);
                failed(new PeerUnreachableException(
                        "sync session with peer " + peer.agent() + " without progress for " + half.multipliedBy(2)));
            } else {
                timer = loop.schedule(half, this::look);
            }
        }

        @Override
        public void cancel() {
            timer.cancel();
        }
    }

    void start() {
        if (initiator) {
            machine = Optional.of(owner.begin(this));
            perform(machine.get().start());
        }
        channel.read();
    }

    Peer peer() {
        return peer;
    }

    boolean isInitiator() {
        return initiator;
    }

    /** Whether the peer's hello has not come yet. */
    boolean isGreeting() {
        return machine.map(SyncMachine::isGreeting).orElse(true);
    }

    void resume() {
        channel.read();
    }

    /** Gives the session up. */
    void abandon(Throwable reason) {
        failed(reason);
    }

    @Override
    public void frame(byte[] payload) {
        progress = true;
        SyncFrame frame = SyncFrameCodec.decode(payload);
        if (machine.isEmpty()) {
            if (owner.isBusy(this, frame)) {
                channel.send(SyncFrameCodec.encode(new SyncFrame.Busy()));
                conclude(SyncAction.Outcome.BUSY);
                return;
            }
            machine = Optional.of(owner.begin(this, frame));
        }
        SyncMachine now = machine.get();
        boolean greeting = now.isGreeting();
        List<SyncAction> actions = now.received(frame, payload.length);
        if (greeting && !now.isGreeting() && now.isAccepted() && !owner.mayGoOn(this)) {
            failed(new PeerUnreachableException(
                    "not ready for a session with peer " + peer.agent() + "; another follows"));
            return;
        }
        perform(actions);
    }

    private void perform(List<SyncAction> actions) {
        for (SyncAction action : actions) {
            if (over) {
                return;
            }
            if (action instanceof SyncAction.Send send) {
                channel.send(SyncFrameCodec.encode(send.frame()));
            } else if (action instanceof SyncAction.Feed piece) {
                feed.add(piece.piece());
            } else if (action instanceof SyncAction.Take take) {
                take(take.entries());
            } else if (action instanceof SyncAction.Settle) {
                settling = true;
                settle();
            } else if (action instanceof SyncAction.Check check) {
                check(new DeepCheck(check.snapshot(), check.nonce()));
            } else if (action instanceof SyncAction.End end) {
                conclude(end.outcome());
            }
        }
        feed.pump();
    }

    /** In slices, between which the node does other things. */
    private void check(DeepCheck sum) {
        if (over) {
            return;
        }
        progress = true;
        if (sum.advance(CHECK_SLICE)) {
            parts.loop().execute(() -> check(sum));
        } else {
            machine.ifPresent(now -> perform(now.checked(sum.sum())));
        }
    }

    private void take(List<WireEntry> entries) {
        inOrder = machine.map(SyncMachine::receivesInOrder).orElse(false);
        for (WireEntry entry : entries) {
            Receipt receipt = parts.integrator().receive(this, entry);
            if (receipt == Receipt.TAKEN) {
                taken++;
            } else if (receipt == Receipt.REFUSED && ++refused > MAX_REFUSED) {
                exceeded = Optional.of(SyncBudget.WRONG_ENTRIES);
                throw new InvalidBytesException(SyncBudget.WRONG_ENTRIES.exceeded(refused, MAX_REFUSED));
            }
        }
    }

    private void fed() {
        machine.ifPresent(now -> perform(now.fed()));
    }

    private void conclude(SyncAction.Outcome outcome) {
        if (over) {
            return;
        }
        over = true;
        watch.cancel();
        channel.finish();
        parts.integrator().flush();
        owner.over(this, Optional.of(outcome), Optional.empty());
        settle();
    }

    @Override
    public void framesHandled() {
        parts.integrator().flush();
    }

    @Override
    public boolean isFull() {
        wasFull = channel.unsentBytes() > MAX_UNSENT_BYTES;
        return wasFull || parts.integrator().isFull() || feed.isFull();
    }

    @Override
    public void sent() {
        progress = true;
        feed.pump();
        if (wasFull && channel.unsentBytes() <= MAX_UNSENT_BYTES) {
            channel.read();
        }
    }

    @Override
    public void ended() {
        failed(new PeerUnreachableException("peer " + peer.agent() + " ended the sync session early"));
    }

    @Override
    public void failed(Throwable reason) {
        if (over) {
            return;
        }
        over = true;
        watch.cancel();
        channel.reset();
        parts.integrator().flush();
        owner.over(this, Optional.empty(), Optional.of(reason));
        settle();
    }

    private void settle() {
        if (settling && taken == 0 && !over) {
            settling = false;
            machine.ifPresent(now -> perform(now.settled(stored)));
        }
        if (over && taken == 0 && !settled) {
            settled = true;
            owner.settled(this);
        }
    }

    /** What decides, once it is known. */
    Optional<SyncMachine> machine() {
        return machine;
    }

    /** The key up to which everything before it came and is stored, in a bulk session. */
    Optional<EntryKey> cursor() {
        return prefix.last();
    }

    /** The budget that was exceeded, if that is why the session failed. */
    Optional<SyncBudget> exceeded() {
        return exceeded.or(() -> machine.flatMap(SyncMachine::exceeded));
    }

    /** The entries that were asked for and have not come. */
    long undelivered() {
        return machine.map(SyncMachine::undelivered).orElse(0L);
    }

    /** How differences were looked for. */
    Optional<SyncFrame.Way> way() {
        return machine.map(SyncMachine::way);
    }

    /** The session's snapshot was taken after so many changes of the set. */
    void began(long changes) {
        changesBefore = changes;
    }

    /** How often the set had changed when the session began. */
    long changesBefore() {
        return changesBefore;
    }

    /** How many entries of the session were stored. */
    long storedEntries() {
        return stored;
    }

    /** Whether the session lasted so long that more may have happened meanwhile than push keeps up with. */
    boolean isLong() {
        return looks > 0;
    }

    @Override
    public AgentId agent() {
        return peer.agent();
    }

    @Override
    public NodeId node() {
        return peer.node();
    }

    @Override
    public void taken(EntryKey key) {
        if (inOrder) {
            prefix.taken(key);
        }
    }

    @Override
    public void stored(EntryKey key) {
        progress = true;
        prefix.stored(key);
        stored++;
        taken--;
        settle();
    }

    @Override
    public void dropped(EntryKey key) {
        taken--;
        settle();
    }

    @Override
    public void storageFailed(EntryKey key, Throwable reason) {
        taken--;
        failed(reason);
        settle();
    }
}
