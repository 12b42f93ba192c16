// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.integrate.EntrySource;
import io.peerkit.gossip.internal.integrate.Receipt;
import io.peerkit.gossip.internal.integrate.StoredPrefix;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.reconcile.DeepCheck;
import io.peerkit.gossip.internal.stream.FrameChannel;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.List;
import java.util.Optional;

/**
 * Carries out one session over its stream. Belongs to the node loop.
 *
 * <p>It ends in three steps: when the machines are done the pair may begin another session; when all entries taken are stored it
 * is settled, and the peer is told; when the peer has told the same it is closed.
 */
final class SyncSession implements FrameChannel.Handler, EntrySource {
    /** A peer that sends more wrong entries than this in a session is cut off; one that errs gets a chance. */
    static final int MAX_REFUSED = 1_024;

    /** Entries of a deep check that are summed up in one go: some 100 us. */
    private static final int CHECK_SLICE = 4_096;

    /** While this much waits to be sent, no more frames of the peer are read: it asks faster than it takes. */
    private static final int MAX_UNSENT_BYTES = 8 * 1_048_576;

    /** The owner of sessions. */
    interface Owner {
        /** Makes the machine when the session begins: for a responder, when the peer's first frame comes. */
        SyncMachine begin(SyncSession session);

        /** Whether an incoming session must give way. */
        boolean isBusy(SyncSession session);

        /** Both sides are in the same epoch; false when the session has to end, and another comes. */
        boolean mayGoOn(SyncSession session);

        /** The session is over; {@code reason} tells why it failed. */
        void over(SyncSession session, Optional<SyncAction.Outcome> outcome, Optional<Throwable> reason);

        /** All that the session took is stored or failed. */
        void settled(SyncSession session);

        /**
         * Nothing more comes of the session.
         *
         * @param whole whether sets were compared to the end and both sides have stored what they lacked, as far as it was given
         */
        void closed(SyncSession session, boolean whole);
    }

    private final Peer peer;
    private final boolean initiator;
    private final SyncParts parts;
    private final Owner owner;
    private final FrameChannel channel;
    private final EntryFeed feed;
    private final SessionWatch watch;
    private Optional<SyncMachine> machine = Optional.empty();
    private final StoredPrefix prefix = new StoredPrefix();
    private boolean inOrder;
    private boolean over;
    private boolean settled;
    private boolean closed;
    private boolean whole;
    private Optional<SyncBudget> exceeded = Optional.empty();
    private long stored;
    private long changesBefore;
    private boolean wasFull;
    private int refused;
    private final SyncReceipts receipts = new SyncReceipts();

    SyncSession(Peer peer, boolean initiator, SyncParts parts, Owner owner, PeerStream stream) {
        this.peer = peer;
        this.initiator = initiator;
        this.parts = parts;
        this.owner = owner;
        this.channel = new FrameChannel(stream, parts.loop(), SyncFrameCodec.MAX_FRAME_BYTES, this);
        this.feed = new EntryFeed(parts.loop(), parts.storage(), channel, this::fed, this::failed);
        this.watch = new SessionWatch(parts.loop(), parts.patience(), new SessionWatch.Session() {
            @Override
            public boolean isBraking() {
                return parts.integrator().isFull();
            }

            @Override
            public void spent(SyncBudget budget, String why) {
                exceeded = Optional.of(budget);
                failed(new PeerUnreachableException("sync session with peer " + peer.agent() + " " + why));
            }
        });
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
        watch.progress();
        SyncFrame frame = SyncFrameCodec.decode(payload);
        if (frame instanceof SyncFrame.Stored receipt) {
            receipts.came(receipt, feed.sentEntries(), over);
            closeWhenTold();
            return;
        }
        if (over) {
            throw new InvalidBytesException("sync frame behind the end of the session");
        }
        if (machine.isEmpty()) {
            if (owner.isBusy(this)) {
                channel.send(SyncFrameCodec.encode(new SyncFrame.Busy()));
                conclude(SyncAction.Outcome.BUSY);
                return;
            }
            machine = Optional.of(owner.begin(this));
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
        watch.progress();
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
                receipts.taken();
            } else if (receipt != Receipt.REFUSED) {
                receipts.passedOver();
            } else {
                refuse();
            }
        }
        tellNews();
    }

    private void refuse() {
        receipts.refused();
        if (++refused > MAX_REFUSED) {
            exceeded = Optional.of(SyncBudget.WRONG_ENTRIES);
            throw new InvalidBytesException(SyncBudget.WRONG_ENTRIES.exceeded(refused, MAX_REFUSED));
        }
    }

    private void tellNews() {
        if (!closed) {
            receipts.news(parts.loop().now()).ifPresent(news -> channel.send(SyncFrameCodec.encode(news)));
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
        if (!receiptsFollow()) {
            watch.cancel();
            channel.finish();
        }
        parts.integrator().flush();
        owner.over(this, Optional.of(outcome), Optional.empty());
        // Behind what push and other sessions brought meanwhile too: the snapshot has it as if it were stored.
        LoopHop.then(parts.loop(), parts.integrator().settled(), whole -> stored(outcome, whole), this::failed);
    }

    private void stored(SyncAction.Outcome outcome, boolean whole) {
        settle();
        if (!receiptsFollow()) {
            close(whole && outcome.isWhole());
        } else if (!closed) {
            channel.send(SyncFrameCodec.encode(receipts.last(whole)));
            channel.read();
            closeWhenTold();
        }
    }

    private boolean receiptsFollow() {
        return machine.map(SyncMachine::receiptsFollow).orElse(false);
    }

    private void closeWhenTold() {
        if (receipts.isOver()) {
            watch.cancel();
            channel.finish();
            close(receipts.isWhole());
        }
    }

    private void close(boolean well) {
        if (!closed) {
            closed = true;
            whole = well;
            if (settled) {
                owner.closed(this, whole);
            }
        }
    }

    @Override
    public void framesHandled() {
        parts.integrator().flush();
    }

    @Override
    public boolean isFull() {
        if (over) {
            return false; // A receipt is all that may come.
        }
        wasFull = channel.unsentBytes() > MAX_UNSENT_BYTES;
        return wasFull || parts.integrator().isFull() || feed.isFull();
    }

    @Override
    public void sent() {
        watch.progress();
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
        if (closed) {
            return;
        }
        watch.cancel();
        channel.reset();
        if (!over) {
            over = true;
            parts.integrator().flush();
            owner.over(this, Optional.empty(), Optional.of(reason));
        } else if (reason instanceof InvalidBytesException) {
            parts.integrator().misbehaved(peer.agent());
        }
        settle();
        close(false);
    }

    private void settle() {
        if (over && receipts.pending() == 0 && !settled) {
            settled = true;
            owner.settled(this);
            if (closed) {
                owner.closed(this, whole);
            }
        }
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

    /** The entries that were asked for or offered and have not come. */
    long withheld() {
        return machine.map(SyncMachine::expected).orElse(0L);
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

    /** The entries that are known to be missing here and come by this session, those on their way into the store among them. */
    long fetching() {
        long expected = over ? 0 : machine.map(SyncMachine::expected).orElse(0L);
        return expected + receipts.pending();
    }

    /** The entries that the peer is known to miss and has not said that it stored. */
    long owed() {
        return closed ? 0 : Math.max(0, machine.map(SyncMachine::owed).orElse(0L) - receipts.confirmed());
    }

    /** Whether the two sides turned out to have different entries. */
    boolean foundDifferences() {
        return machine.map(now -> now.owed() > 0 || now.expected() > 0).orElse(false)
                || stored > 0
                || receipts.pending() > 0;
    }

    /** The name of what is reconciled. */
    String scope() {
        return parts.scope().name();
    }

    /** Whether the session lasted so long that more may have happened meanwhile than push keeps up with. */
    boolean isLong() {
        return watch.looks() > 0;
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
        watch.progress();
        prefix.stored(key);
        stored++;
        receipts.stored();
        tellNews();
        settleAfterFailure();
    }

    @Override
    public void dropped(EntryKey key) {
        receipts.dropped();
        settleAfterFailure();
    }

    @Override
    public void storageFailed(EntryKey key, Throwable reason) {
        receipts.dropped();
        if (!over) {
            failed(reason);
        }
        settleAfterFailure();
    }

    /** One that ended well waits for what others brought too. */
    private void settleAfterFailure() {
        if (closed) {
            settle();
        }
    }
}
