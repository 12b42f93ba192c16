// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.reconcile.EntrySnapshot;
import io.peerkit.gossip.internal.reconcile.IdList;
import io.peerkit.gossip.internal.reconcile.Negentropy;
import io.peerkit.gossip.internal.reconcile.NegentropyInitiator;
import io.peerkit.gossip.internal.reconcile.NegentropyStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The side that opened the stream. */
public final class SyncInitiator extends SyncMachine {
    private final NegentropyInitiator negentropy;
    private int maxRounds;
    private long idsNeeded;

    /**
     * @param scope what is reconciled
     * @param snapshot what this side has
     * @param cursor the key up to which an interrupted bulk session from this peer came
     */
    public SyncInitiator(SyncScope scope, EntrySnapshot snapshot, Optional<EntryKey> cursor) {
        super(scope, snapshot, cursor);
        this.negentropy = new NegentropyInitiator(snapshot, SyncFrameCodec.MAX_MESSAGE_BYTES);
    }

    @Override
    public List<SyncAction> start() {
        return List.of(new SyncAction.Send(scope.hello(snapshot)));
    }

    @Override
    List<SyncAction> firstFrame(SyncFrame frame) {
        if (frame instanceof SyncFrame.Busy) {
            return end(SyncAction.Outcome.BUSY);
        }
        if (frame instanceof SyncFrame.Refuse) {
            return end(SyncAction.Outcome.REFUSED);
        }
        if (!(frame instanceof SyncFrame.Hello hello)) {
            throw unexpected(frame);
        }
        if (objection(hello).isPresent()) {
            return end(SyncAction.Outcome.REFUSED);
        }
        checkHello(hello);
        SyncFrame.Hello own = scope.hello(snapshot);
        SyncMode mode = SyncMode.of(own, hello);
        if (mode == SyncMode.EQUAL) {
            return end(SyncAction.Outcome.EQUAL);
        }
        List<SyncAction> actions = new ArrayList<>(begin(mode, SyncMode.initiatorListsKeys(own, hello), true));
        if (mode == SyncMode.RECONCILE) {
            maxRounds = Negentropy.maxRounds(snapshot.size(), hello.count(), SyncFrameCodec.MAX_MESSAGE_BYTES);
            actions.add(new SyncAction.Send(new SyncFrame.Reconcile(negentropy.initiate())));
        }
        return actions;
    }

    @Override
    List<SyncAction> reconciled(byte[] message) {
        if (phase() != Phase.RECONCILING) {
            throw new InvalidBytesException("reconciliation message in phase " + phase());
        }
        if (negentropy.rounds() > maxRounds) {
            throw new InvalidBytesException(
                    "reconciliation of " + negentropy.rounds() + " rounds, at most " + maxRounds);
        }
        NegentropyStep step = negentropy.reconcile(message);
        List<SyncAction> actions = new ArrayList<>();
        // The next round goes first: it costs a round trip, the entries only bandwidth.
        step.next().ifPresent(next -> actions.add(new SyncAction.Send(new SyncFrame.Reconcile(next))));
        need(step.need(), actions);
        if (step.have().entries() > 0) {
            actions.add(new SyncAction.Feed(new SyncAction.Ranges(snapshot, step.have())));
        }
        if (step.next().isEmpty()) {
            actions.addAll(lead());
        }
        return actions;
    }

    private void need(IdList ids, List<SyncAction> actions) {
        idsNeeded += ids.size();
        if (idsNeeded > (long) peerCount()) {
            throw new InvalidBytesException("peer names " + idsNeeded + " entries, at most " + peerCount());
        }
        for (int from = 0; from < ids.size(); from += SyncFrameCodec.MAX_KEYS) {
            int count = Math.min(SyncFrameCodec.MAX_KEYS, ids.size() - from);
            byte[] packed = new byte[count * EntryKeys.ID_BYTES];
            for (int i = 0; i < count; i++) {
                ids.copyTo(from + i, packed, i * EntryKeys.ID_BYTES);
            }
            actions.add(new SyncAction.Send(new SyncFrame.Want(packed)));
        }
    }
}
