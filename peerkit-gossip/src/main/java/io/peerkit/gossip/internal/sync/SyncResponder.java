// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.gossip.internal.reconcile.DifferenceFinder;
import io.peerkit.gossip.internal.reconcile.IdList;
import io.peerkit.gossip.internal.reconcile.NegentropyResponder;
import io.peerkit.gossip.internal.reconcile.ShortSymbols;
import io.peerkit.gossip.internal.reconcile.Sketch;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The side that was asked. */
public final class SyncResponder extends SyncMachine {
    /** With more differences than this, as guessed, symbols are not tried: no more than some 1,450 can be found by them. */
    static final int MAX_DIFFERENCES = 2_048;

    private final NegentropyResponder ranges;
    private long nonce;
    private int symbolsSent;
    private int shortIdsAsked;
    private int messages;

    /**
     * @param start what this side starts with
     */
    public SyncResponder(SyncStart start) {
        super(start);
        this.ranges = NegentropyResponder.pipelined(snapshot, SyncFrameCodec.MAX_MESSAGE_BYTES);
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
            actions.addAll(end(
                    objection.get().equals(SyncScope.WRONG_EPOCH)
                            ? SyncAction.Outcome.OTHER_EPOCH
                            : SyncAction.Outcome.REFUSED));
            return actions;
        }
        accept();
        setPeerCount(hello.count());
        nonce = hello.nonce();
        int count = snapshot.size();
        if (count == hello.count() && snapshot.fingerprint(nonce).equals(hello.fingerprint())) {
            return same(hello);
        }
        if (SyncMode.isBulk(count, hello.count())) {
            List<SyncAction> actions = new ArrayList<>();
            actions.add(new SyncAction.Send(SyncFrame.Answer.of(SyncFrame.Way.BULK, count)));
            actions.addAll(beginBulk(!SyncMode.initiatorListsKeys(hello.count(), count)));
            return actions;
        }
        enter(Phase.FOLLOWING);
        return List.of(new SyncAction.Send(differ(hello)));
    }

    /** Why a session with this hello cannot be, if so. */
    private Optional<String> objection(SyncFrame.Hello hello) {
        SyncScope scope = start.scope();
        if (hello.version() != SyncScope.VERSION) {
            return Optional.of("unsupported-version");
        }
        if (hello.network() != scope.networkTag()) {
            return Optional.of("wrong-network");
        }
        if (!hello.scope().equals(scope.name())) {
            return Optional.of("unknown-scope");
        }
        return hello.epoch() == scope.epoch() && hello.head() == scope.head()
                ? Optional.empty()
                : Optional.of(SyncScope.WRONG_EPOCH);
    }

    private List<SyncAction> same(SyncFrame.Hello hello) {
        boolean check = hello.deep() && start.deep() && snapshot.sketch().isPresent();
        List<SyncAction> actions = new ArrayList<>();
        actions.add(new SyncAction.Send(new SyncFrame.Answer(
                check ? SyncFrame.Way.CHECK : SyncFrame.Way.EQUAL, 0, new byte[0], start.pending() && !check)));
        if (check) {
            go(SyncFrame.Way.CHECK);
            enter(Phase.CHECKING);
            actions.add(new SyncAction.Check(snapshot, nonce));
        } else {
            receiptsFollow(hello.pending() || start.pending());
            actions.addAll(end(SyncAction.Outcome.EQUAL));
        }
        return actions;
    }

    private SyncFrame differ(SyncFrame.Hello hello) {
        go(SyncFrame.Way.RANGES);
        int count = snapshot.size();
        if (snapshot.sketch().isEmpty() || hello.estimate().isEmpty() || start.byRanges()) {
            return SyncFrame.Answer.of(SyncFrame.Way.RANGES, count);
        }
        Sketch sketch = snapshot.sketch().get();
        int guess = DifferenceFinder.guess(sketch, count, hello.estimate().get(), hello.count());
        if (guess > MAX_DIFFERENCES) {
            return SyncFrame.Answer.of(SyncFrame.Way.RANGES, count);
        }
        go(SyncFrame.Way.SYMBOLS);
        symbolsSent = DifferenceFinder.firstSymbols(guess, sketch.symbolCount());
        return new SyncFrame.Answer(SyncFrame.Way.SYMBOLS, count, ShortSymbols.write(sketch, 0, symbolsSent));
    }

    @Override
    public List<SyncAction> checked(byte[] sum) {
        if (phase() != Phase.CHECKING) {
            return List.of();
        }
        enter(Phase.FOLLOWING);
        return List.of(new SyncAction.Send(new SyncFrame.Sum(sum)));
    }

    @Override
    List<SyncAction> found(SyncFrame frame) {
        if (phase() != Phase.FOLLOWING || way() == SyncFrame.Way.BULK) {
            throw unexpected(frame);
        }
        if (frame instanceof SyncFrame.More more) {
            return more(more, frame);
        }
        if (frame instanceof SyncFrame.WantShort want) {
            return asked(want);
        }
        if (frame instanceof SyncFrame.Reconcile reconcile) {
            go(SyncFrame.Way.RANGES);
            if (++messages > maxMessages()) {
                throw over(SyncBudget.MESSAGES, messages, maxMessages());
            }
            return List.of(new SyncAction.Send(new SyncFrame.Reconcile(ranges.reconcile(reconcile.message()))));
        }
        throw unexpected(frame);
    }

    private List<SyncAction> more(SyncFrame.More more, SyncFrame frame) {
        if (way() == SyncFrame.Way.RANGES) {
            throw unexpected(frame);
        }
        Sketch sketch = snapshot.sketch().orElseThrow(() -> unexpected(frame));
        int upTo = Math.min(more.upTo(), sketch.symbolCount());
        if (upTo <= symbolsSent) {
            throw over(SyncBudget.SYMBOLS, symbolsSent, upTo);
        }
        byte[] symbols = ShortSymbols.write(sketch, symbolsSent, upTo);
        symbolsSent = upTo;
        return List.of(new SyncAction.Send(new SyncFrame.Symbols(symbols)));
    }

    /** A symbol leads to one entry at most; what is gone meanwhile, or is nobody's short id, is passed over. */
    private List<SyncAction> asked(SyncFrame.WantShort want) {
        if (want.shortIds().length == 0) {
            throw new InvalidBytesException("want that asks for nothing");
        }
        shortIdsAsked += want.shortIds().length / Long.BYTES;
        if (shortIdsAsked > symbolsSent) {
            throw over(SyncBudget.SHORT_IDS, shortIdsAsked, symbolsSent);
        }
        IdList ids = new IdList();
        LongBuffer shortIds = ByteBuffer.wrap(want.shortIds()).asLongBuffer();
        while (shortIds.hasRemaining()) {
            start.set().find(shortIds.get(), ids);
        }
        owes(ids.size());
        return ids.size() == 0 ? List.of() : List.of(new SyncAction.Feed(new SyncAction.Asked(ids.toBytes())));
    }
}
