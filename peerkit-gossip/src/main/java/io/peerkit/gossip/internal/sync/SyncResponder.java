// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.reconcile.EntrySnapshot;
import io.peerkit.gossip.internal.reconcile.Negentropy;
import io.peerkit.gossip.internal.reconcile.NegentropyResponder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The side that was asked. */
public final class SyncResponder extends SyncMachine {
    private final NegentropyResponder negentropy;
    private int rounds;
    private int maxRounds;

    /**
     * @param scope what is reconciled
     * @param snapshot what this side has
     * @param cursor the key up to which an interrupted bulk session from this peer came
     */
    public SyncResponder(SyncScope scope, EntrySnapshot snapshot, Optional<EntryKey> cursor) {
        super(scope, snapshot, cursor);
        this.negentropy = new NegentropyResponder(snapshot, SyncFrameCodec.MAX_MESSAGE_BYTES);
    }

    @Override
    public List<SyncAction> start() {
        return List.of();
    }

    @Override
    List<SyncAction> firstFrame(SyncFrame frame) {
        if (!(frame instanceof SyncFrame.Hello hello)) {
            throw unexpected(frame);
        }
        Optional<String> objection = objection(hello);
        if (objection.isPresent()) {
            List<SyncAction> actions = new ArrayList<>();
            actions.add(new SyncAction.Send(new SyncFrame.Refuse(objection.get())));
            actions.addAll(end(SyncAction.Outcome.REFUSED));
            return actions;
        }
        checkHello(hello);
        SyncFrame.Hello own = scope.hello(snapshot);
        SyncMode mode = SyncMode.of(hello, own);
        List<SyncAction> actions = new ArrayList<>();
        actions.add(new SyncAction.Send(own));
        if (mode == SyncMode.EQUAL) {
            actions.addAll(end(SyncAction.Outcome.EQUAL));
        } else {
            maxRounds = Negentropy.maxRounds(snapshot.size(), hello.count(), SyncFrameCodec.MAX_MESSAGE_BYTES);
            actions.addAll(begin(mode, !SyncMode.initiatorListsKeys(hello, own), false));
        }
        return actions;
    }

    @Override
    List<SyncAction> reconciled(byte[] message) {
        if (++rounds > maxRounds) {
            throw new InvalidBytesException("reconciliation of " + rounds + " rounds, at most " + maxRounds);
        }
        return List.of(new SyncAction.Send(new SyncFrame.Reconcile(negentropy.reconcile(message))));
    }
}
