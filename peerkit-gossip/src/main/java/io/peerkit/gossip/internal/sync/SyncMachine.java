// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.gossip.internal.reconcile.EntrySnapshot;
import io.peerkit.gossip.internal.reconcile.PipelinedInitiator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What both sides of a session share.
 *
 * <p>One side leads: in bulk mode the larger one, otherwise the initiator. It alone asks for entries, and says first that
 * it is done; the other answers what was asked and then says so too.
 *
 * <pre>{@code
 *   HELLO --equal, compared--> ended
 *     |---bulk, larger---> LISTING --last keys--> LEADING --done--> ended
 *     |---bulk, smaller--> FOLLOWING --done--> CLOSING --all sent--> ended
 *     |---offer, initiator--> FOLLOWING --done--> CLOSING --all sent--> AWAITING --stored--> ended
 *     |          responder--> LISTING --last keys--> LEADING --done--> STORING --all stored--> ended
 *     |---initiator: check--> CHECKING --same sum--> LEADING
 *     |              symbols-> DECODING <--another sum-- CHECKING
 *     |                           |--found--> LEADING
 *     |                           |--hopeless--> SPLITTING
 *     |              ranges--> SPLITTING --no more ranges--> LEADING
 *     `---responder: check--> CHECKING --sum sent--> FOLLOWING
 *                    symbols, ranges --> FOLLOWING
 * }</pre>
 *
 * <p>No IO, no clock, no chance but the nonce it is given. After an {@link InvalidBytesException} the session is over.
 */
public abstract sealed class SyncMachine permits SyncInitiator, SyncResponder, ScopeComparison {
    /** Entries beyond those that the peer has told of that it may send: what it got since. */
    static final int MAX_EXTRA_ENTRIES = 65_536;

    /** Bytes of frames without entries that any session may take. */
    static final long BASE_BYTES = 262_144;

    /** And for each entry of both sides: four times its identifier, as reconciliation of wholly different sets takes two. */
    static final long BYTES_PER_ENTRY = 128;

    enum Phase {
        HELLO,
        LISTING,
        CHECKING,
        DECODING,
        SPLITTING,
        LEADING,
        FOLLOWING,
        CLOSING,
        AWAITING,
        STORING,
        ENDED
    }

    final SyncStart start;
    final EntrySnapshot snapshot;
    private final KeyListing listing;
    private Optional<SyncBudget> exceeded = Optional.empty();
    private Phase phase = Phase.HELLO;
    private SyncFrame.Way way = SyncFrame.Way.EQUAL;
    private boolean confirmed;
    private int peerCount;
    private boolean accepted;
    private long entriesTaken;
    private long entriesWanted;
    private long entriesOffered;
    private long entriesOwed;
    private boolean receiptsFollow;
    private long idsAsked;
    private long bytes;

    SyncMachine(SyncStart start) {
        this.start = start;
        this.snapshot = start.snapshot();
        this.listing = new KeyListing(start);
    }

    /** The first step, before anything has come. */
    public abstract List<SyncAction> start();

    /**
     * A frame came.
     *
     * @param frame what it says
     * @param length its length in bytes
     * @throws InvalidBytesException when it is out of place or over a bound
     */
    public final List<SyncAction> received(SyncFrame frame, int length) {
        if (!(frame instanceof SyncFrame.Entries)) {
            bytes += length;
            long most = BASE_BYTES + BYTES_PER_ENTRY * ((long) snapshot.size() + peerCount);
            if (bytes > most) {
                throw over(SyncBudget.BYTES, bytes, most);
            }
        }
        if (phase == Phase.HELLO) {
            return firstFrame(frame);
        }
        if (frame instanceof SyncFrame.Entries entries && isOpen()) {
            return taken(entries);
        }
        if (frame instanceof SyncFrame.Keys keys && phase == Phase.LISTING) {
            return listed(keys);
        }
        if (frame instanceof SyncFrame.Want want && phase == Phase.FOLLOWING) {
            return asked(want);
        }
        if (frame instanceof SyncFrame.Offer offer && phase == Phase.FOLLOWING) {
            return offered(offer.entries());
        }
        if (frame instanceof SyncFrame.Done && phase == Phase.FOLLOWING) {
            enter(Phase.CLOSING);
            return List.of(new SyncAction.Feed(new SyncAction.Last()));
        }
        if (frame instanceof SyncFrame.Done && phase == Phase.LEADING && way == SyncFrame.Way.OFFER) {
            enter(Phase.STORING);
            return List.of(new SyncAction.Settle());
        }
        if (frame instanceof SyncFrame.Done && phase == Phase.LEADING) {
            return end(SyncAction.Outcome.DONE);
        }
        if (frame instanceof SyncFrame.Settled settled && phase == Phase.AWAITING) {
            confirmed = settled.missing() == 0;
            return end(SyncAction.Outcome.DONE);
        }
        return found(frame);
    }

    /** All pieces are sent; only then a following side ends. */
    public final List<SyncAction> fed() {
        if (phase == Phase.CLOSING && way == SyncFrame.Way.OFFER) {
            enter(Phase.AWAITING);
            return List.of();
        }
        return phase == Phase.CLOSING ? end(SyncAction.Outcome.DONE) : List.of();
    }

    /**
     * All that the session took is stored, or dropped.
     *
     * @param stored how many entries are
     */
    final List<SyncAction> settled(long stored) {
        if (phase != Phase.STORING) {
            return List.of();
        }
        List<SyncAction> actions = new ArrayList<>();
        long missing = Math.min(Integer.MAX_VALUE, Math.max(0, entriesWanted - stored));
        actions.add(new SyncAction.Send(new SyncFrame.Settled(missing)));
        actions.addAll(end(SyncAction.Outcome.DONE));
        return actions;
    }

    /** Whether the peer has stored all of an offer, or had it before. */
    final boolean isConfirmed() {
        return confirmed;
    }

    final void confirm() {
        confirmed = true;
    }

    /**
     * The sum that a {@link SyncAction.Check} asked for is there.
     *
     * @param sum 16 bytes
     */
    public abstract List<SyncAction> checked(byte[] sum);

    /** Whether hellos have not been exchanged yet. */
    public final boolean isGreeting() {
        return phase == Phase.HELLO;
    }

    /** Whether both sides want the session. */
    final boolean isAccepted() {
        return accepted;
    }

    final void accept() {
        accepted = true;
    }

    /** Whether entries come in the order of keys, so that an interrupted session can be resumed. */
    public final boolean receivesInOrder() {
        return way == SyncFrame.Way.BULK && (phase == Phase.FOLLOWING || phase == Phase.CLOSING);
    }

    /** The budget that the peer exceeded, after an exception that says so. */
    public final Optional<SyncBudget> exceeded() {
        return exceeded;
    }

    /** How the session goes on, or went. */
    public final SyncFrame.Way way() {
        return way;
    }

    /** The entries that were asked for and have not come. */
    public final long undelivered() {
        return Math.max(0, entriesWanted - entriesTaken);
    }

    /** The entries that were asked for, or offered by the peer, and have not come. */
    public final long expected() {
        return Math.max(0, entriesWanted + entriesOffered - entriesTaken);
    }

    /** The entries that the peer asked for, or that this side found it lacks; some may turn out to be gone. */
    public final long owed() {
        return entriesOwed;
    }

    abstract List<SyncAction> firstFrame(SyncFrame frame);

    /** A frame of the search for differences came. */
    abstract List<SyncAction> found(SyncFrame frame);

    final void setPeerCount(int count) {
        peerCount = count;
    }

    /** Whether all that is stored is reconciled. */
    final boolean isWhole() {
        return start.extent() == SyncStart.Extent.WHOLE;
    }

    final int peerCount() {
        return peerCount;
    }

    final Phase phase() {
        return phase;
    }

    final void enter(Phase next) {
        phase = next;
    }

    final void go(SyncFrame.Way chosen) {
        way = chosen;
    }

    final void wanted(long entries) {
        entriesWanted += entries;
    }

    /** The peer asked for entries. */
    final void owes(long entries) {
        entriesOwed += entries;
    }

    /** Tells the peer how many entries follow that it did not ask for, so that it knows how far it is. */
    final void offer(long entries, List<SyncAction> actions) {
        if (entries > 0) {
            entriesOwed += entries;
            actions.add(new SyncAction.Send(new SyncFrame.Offer((int) Math.min(Integer.MAX_VALUE, entries))));
        }
    }

    private List<SyncAction> offered(long entries) {
        entriesOffered += entries;
        long most = (long) peerCount + MAX_EXTRA_ENTRIES;
        if (entriesOffered > most) {
            throw over(SyncBudget.ENTRIES, entriesOffered, most);
        }
        return List.of();
    }

    final List<SyncAction> beginBulk(boolean listsKeys) {
        way = start.isOffer() ? SyncFrame.Way.OFFER : SyncFrame.Way.BULK;
        if (listsKeys) {
            phase = Phase.FOLLOWING;
            return List.of(new SyncAction.Feed(new SyncAction.KeysOf(snapshot, start.cursor())));
        }
        phase = Phase.LISTING;
        return List.of();
    }

    final List<SyncAction> lead() {
        phase = Phase.LEADING;
        return List.of(new SyncAction.Feed(new SyncAction.Last()));
    }

    /** Whether the sides tell each other when all is stored: where something was missing, or was on its way before. */
    public boolean receiptsFollow() {
        return receiptsFollow;
    }

    final void receiptsFollow(boolean follow) {
        receiptsFollow = follow;
    }

    final List<SyncAction> end(SyncAction.Outcome outcome) {
        phase = Phase.ENDED;
        receiptsFollow |= outcome == SyncAction.Outcome.DONE;
        return List.of(new SyncAction.End(outcome));
    }

    final int maxMessages() {
        return PipelinedInitiator.maxMessages(snapshot.size(), peerCount, SyncFrameCodec.MAX_MESSAGE_BYTES);
    }

    final InvalidBytesException over(SyncBudget budget, long spent, long bound) {
        exceeded = Optional.of(budget);
        return new InvalidBytesException(budget.exceeded(spent, bound));
    }

    final InvalidBytesException unexpected(SyncFrame frame) {
        return new InvalidBytesException(
                "sync frame " + frame.getClass().getSimpleName() + " out of place in phase " + phase);
    }

    private boolean isOpen() {
        return phase != Phase.CLOSING && phase != Phase.AWAITING && phase != Phase.STORING && phase != Phase.ENDED;
    }

    private List<SyncAction> taken(SyncFrame.Entries entries) {
        entriesTaken += entries.entries().size();
        long most = (long) peerCount + MAX_EXTRA_ENTRIES;
        if (entriesTaken > most) {
            throw over(SyncBudget.ENTRIES, entriesTaken, most);
        }
        return List.of(new SyncAction.Take(entries.entries()));
    }

    private List<SyncAction> listed(SyncFrame.Keys frame) {
        List<SyncAction> actions = new ArrayList<>(listing.take(frame));
        if (listing.keys() > peerCount) {
            throw over(SyncBudget.KEYS, listing.keys(), peerCount);
        }
        for (SyncAction action : actions) {
            if (action instanceof SyncAction.Send send && send.frame() instanceof SyncFrame.Want want) {
                wanted(want.ids().length / SyncFrameCodec.ID_BYTES);
            }
        }
        if (frame.last()) {
            offer(listing.lacking(), actions);
            actions.addAll(lead());
        }
        return actions;
    }

    private List<SyncAction> asked(SyncFrame.Want want) {
        if (want.ids().length == 0) {
            throw new InvalidBytesException("want that asks for nothing");
        }
        idsAsked += want.ids().length / SyncFrameCodec.ID_BYTES;
        if (idsAsked > snapshot.size()) {
            throw over(SyncBudget.IDS, idsAsked, snapshot.size());
        }
        owes(want.ids().length / SyncFrameCodec.ID_BYTES);
        return List.of(new SyncAction.Feed(new SyncAction.Asked(want.ids())));
    }
}
