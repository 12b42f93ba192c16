// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.reconcile.EntrySetLoader;
import io.peerkit.gossip.internal.reconcile.EntrySnapshot;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What both sides of a session share once they know each other's hello.
 *
 * <p>One side leads: in bulk mode the larger one, otherwise the initiator. It alone asks for entries, and says first that
 * it is done; the other answers what was asked and then says so too.
 *
 * <pre>{@code
 *   HELLO --equal--> ended
 *     |---bulk, larger---> LISTING --last keys--> LEADING --done--> ended
 *     |---bulk, smaller--> FOLLOWING --done--> CLOSING --all sent--> ended
 *     |---initiator-----> RECONCILING --no more ranges--> LEADING
 *     `---responder-----> FOLLOWING
 * }</pre>
 *
 * <p>No IO, no clock. After an {@link InvalidBytesException} the session is over.
 */
public abstract sealed class SyncMachine permits SyncInitiator, SyncResponder {
    /** Entries beyond those in the peer's hello that it may send: what it got since. */
    static final int MAX_EXTRA_ENTRIES = 65_536;

    enum Phase {
        HELLO,
        LISTING,
        RECONCILING,
        LEADING,
        FOLLOWING,
        CLOSING,
        ENDED
    }

    final SyncScope scope;
    final EntrySnapshot snapshot;
    private final Optional<EntryKey> cursor;
    private Phase phase = Phase.HELLO;
    private SyncMode mode = SyncMode.EQUAL;
    private int peerCount;
    private long entriesTaken;
    private long idsAsked;
    private long keysListed;
    private boolean keysBegun;
    private Optional<EntryKey> resumeAfter = Optional.empty();
    private final EntrySetLoader peerKeys = new EntrySetLoader();

    /**
     * @param scope what is reconciled
     * @param snapshot what this side has
     * @param cursor the key up to which an interrupted bulk session from this peer came
     */
    SyncMachine(SyncScope scope, EntrySnapshot snapshot, Optional<EntryKey> cursor) {
        this.scope = scope;
        this.snapshot = snapshot;
        this.cursor = cursor;
    }

    /** The first step, before anything has come. */
    public abstract List<SyncAction> start();

    /**
     * A frame came.
     *
     * @throws InvalidBytesException when it is out of place or over a bound
     */
    public final List<SyncAction> received(SyncFrame frame) {
        if (phase == Phase.HELLO) {
            return firstFrame(frame);
        }
        if (frame instanceof SyncFrame.Entries entries && isOpen()) {
            entriesTaken += entries.entries().size();
            if (entriesTaken > (long) peerCount + MAX_EXTRA_ENTRIES) {
                throw new InvalidBytesException(
                        "session with " + entriesTaken + " entries, at most " + ((long) peerCount + MAX_EXTRA_ENTRIES));
            }
            return List.of(new SyncAction.Take(entries.entries()));
        }
        if (frame instanceof SyncFrame.Keys keys && phase == Phase.LISTING) {
            return listed(keys);
        }
        if (frame instanceof SyncFrame.Want want && phase == Phase.FOLLOWING) {
            return asked(want);
        }
        if (frame instanceof SyncFrame.Reconcile reconcile && mode == SyncMode.RECONCILE && isOpen()) {
            return reconciled(reconcile.message());
        }
        if (frame instanceof SyncFrame.Done && phase == Phase.FOLLOWING) {
            phase = Phase.CLOSING;
            return List.of(new SyncAction.Feed(new SyncAction.Last()));
        }
        if (frame instanceof SyncFrame.Done && phase == Phase.LEADING) {
            return end(SyncAction.Outcome.DONE);
        }
        throw unexpected(frame);
    }

    /** All pieces are sent; only then a following side ends. */
    public final List<SyncAction> fed() {
        return phase == Phase.CLOSING ? end(SyncAction.Outcome.DONE) : List.of();
    }

    /** Whether hellos have not been exchanged yet. */
    public final boolean isGreeting() {
        return phase == Phase.HELLO;
    }

    /** Whether entries come in the order of keys, so that an interrupted session can be resumed. */
    public final boolean receivesInOrder() {
        return mode == SyncMode.BULK && (phase == Phase.FOLLOWING || phase == Phase.CLOSING);
    }

    abstract List<SyncAction> firstFrame(SyncFrame frame);

    abstract List<SyncAction> reconciled(byte[] message);

    final void checkHello(SyncFrame.Hello hello) {
        peerCount = hello.count();
    }

    /** Why a session with this hello cannot be, if so. */
    final Optional<String> objection(SyncFrame.Hello hello) {
        if (hello.version() != SyncScope.VERSION) {
            return Optional.of("unsupported-version");
        }
        if (!hello.network().equals(scope.network())) {
            return Optional.of("wrong-network");
        }
        if (!hello.scope().equals(scope.name())) {
            return Optional.of("unknown-scope");
        }
        return hello.epoch() == scope.epoch() ? Optional.empty() : Optional.of("wrong-epoch");
    }

    final List<SyncAction> begin(SyncMode agreed, boolean listsKeys, boolean initiator) {
        mode = agreed;
        if (agreed == SyncMode.RECONCILE) {
            phase = initiator ? Phase.RECONCILING : Phase.FOLLOWING;
            return List.of();
        }
        if (listsKeys) {
            phase = Phase.FOLLOWING;
            return List.of(new SyncAction.Feed(new SyncAction.KeysOf(snapshot, cursor)));
        }
        phase = Phase.LISTING;
        return List.of();
    }

    final int peerCount() {
        return peerCount;
    }

    final Phase phase() {
        return phase;
    }

    final List<SyncAction> lead() {
        phase = Phase.LEADING;
        return List.of(new SyncAction.Feed(new SyncAction.Last()));
    }

    final List<SyncAction> end(SyncAction.Outcome outcome) {
        phase = Phase.ENDED;
        return List.of(new SyncAction.End(outcome));
    }

    final InvalidBytesException unexpected(SyncFrame frame) {
        return new InvalidBytesException(
                "sync frame " + frame.getClass().getSimpleName() + " out of place in phase " + phase);
    }

    private boolean isOpen() {
        return phase != Phase.CLOSING && phase != Phase.ENDED;
    }

    private List<SyncAction> listed(SyncFrame.Keys frame) {
        int count = frame.keys().length / EntryKeys.KEY_BYTES;
        keysListed += count;
        if (keysListed > peerCount) {
            throw new InvalidBytesException("list of " + keysListed + " keys, at most " + peerCount);
        }
        if (!keysBegun) {
            resumeAfter = frame.after();
            keysBegun = true;
        }
        ByteArrayOutputStream missing = new ByteArrayOutputStream();
        long[] times = new long[count];
        byte[] ids = new byte[count * EntryKeys.ID_BYTES];
        for (int i = 0; i < count; i++) {
            int at = i * EntryKeys.KEY_BYTES;
            times[i] = EntryKeys.time(frame.keys(), at);
            System.arraycopy(frame.keys(), at + EntryKeys.ID_OFFSET, ids, i * EntryKeys.ID_BYTES, EntryKeys.ID_BYTES);
            if (!snapshot.contains(times[i], ids, i * EntryKeys.ID_BYTES)) {
                missing.write(ids, i * EntryKeys.ID_BYTES, EntryKeys.ID_BYTES);
            }
        }
        try {
            peerKeys.append(times, ids, count);
        } catch (IllegalArgumentException e) {
            throw new InvalidBytesException("list of keys is not in order", e);
        }
        List<SyncAction> actions = new ArrayList<>();
        if (missing.size() > 0) {
            actions.add(new SyncAction.Send(new SyncFrame.Want(missing.toByteArray())));
        }
        if (frame.last()) {
            actions.add(new SyncAction.Feed(new SyncAction.AllBut(resumeAfter, peerKeys.load())));
            actions.addAll(lead());
        }
        return actions;
    }

    private List<SyncAction> asked(SyncFrame.Want want) {
        if (want.ids().length == 0) {
            throw new InvalidBytesException("want that asks for nothing");
        }
        idsAsked += want.ids().length / EntryKeys.ID_BYTES;
        if (idsAsked > snapshot.size()) {
            throw new InvalidBytesException(
                    "session that asks for " + idsAsked + " entries, at most " + snapshot.size());
        }
        return List.of(new SyncAction.Feed(new SyncAction.Asked(want.ids())));
    }
}
