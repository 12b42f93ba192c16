// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.gossip.internal.reconcile.DifferenceFinder;
import io.peerkit.gossip.internal.reconcile.IdList;
import io.peerkit.gossip.internal.reconcile.Negentropy;
import io.peerkit.gossip.internal.reconcile.PipelinedInitiator;
import io.peerkit.gossip.internal.reconcile.Sketch;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The side that opened the stream. */
public final class SyncInitiator extends SyncMachine {
    /** The most messages of range-based reconciliation on their way; more wait here. */
    static final int MAX_IN_FLIGHT = 16;

    /** Symbols to ask for when equal fingerprints turned out to stand for different sets. */
    private static final int FIRST_SYMBOLS_AFTER_CHECK = 64;

    private final PipelinedInitiator ranges;
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private Optional<DifferenceFinder> finder = Optional.empty();
    private Optional<byte[]> peerSum = Optional.empty();
    private int symbolsWanted;
    private int inFlight;
    private int maxRounds;
    private long idsNeeded;

    /**
     * @param start what this side starts with
     */
    public SyncInitiator(SyncStart start) {
        super(start);
        this.ranges = new PipelinedInitiator(snapshot, SyncFrameCodec.MAX_MESSAGE_BYTES);
    }

    @Override
    public List<SyncAction> start() {
        Optional<byte[]> estimate = Optional.empty();
        if (!start.byRanges() && snapshot.size() >= SyncMode.FEW_ENTRIES) {
            estimate = snapshot.sketch().map(Sketch::estimate);
        }
        SyncScope scope = start.scope();
        return List.of(new SyncAction.Send(new SyncFrame.Hello(
                SyncScope.VERSION,
                scope.networkTag(),
                scope.name(),
                scope.epoch(),
                scope.head(),
                snapshot.size(),
                snapshot.fingerprint(start.nonce()),
                start.nonce(),
                estimate,
                start.deep(),
                start.pending())));
    }

    @Override
    List<SyncAction> firstFrame(SyncFrame frame) {
        if (frame instanceof SyncFrame.Busy) {
            return end(SyncAction.Outcome.BUSY);
        }
        if (frame instanceof SyncFrame.Refuse refuse) {
            return end(
                    refuse.reason().equals(SyncScope.WRONG_EPOCH)
                            ? SyncAction.Outcome.OTHER_EPOCH
                            : SyncAction.Outcome.REFUSED);
        }
        if (!(frame instanceof SyncFrame.Answer answer)) {
            throw unexpected(frame);
        }
        accept();
        if (answer.way() == SyncFrame.Way.EQUAL) {
            receiptsFollow(answer.pending() || start.pending());
            return end(SyncAction.Outcome.EQUAL);
        }
        go(answer.way());
        if (answer.way() == SyncFrame.Way.CHECK) {
            return awaitSum(frame);
        }
        setPeerCount(answer.count());
        maxRounds = Negentropy.maxRounds(snapshot.size(), answer.count(), SyncFrameCodec.MAX_MESSAGE_BYTES);
        boolean bulk = SyncMode.isBulk(snapshot.size(), answer.count());
        if (bulk != (answer.way() == SyncFrame.Way.BULK)) {
            throw new InvalidBytesException(
                    "sync answer " + answer.way() + " for " + snapshot.size() + " and " + answer.count() + " entries");
        }
        return switch (answer.way()) {
            case BULK -> beginBulk(SyncMode.initiatorListsKeys(snapshot.size(), answer.count()));
            case SYMBOLS -> {
                expectSymbols(frame);
                yield decode(answer.symbols());
            }
            default -> split();
        };
    }

    private List<SyncAction> awaitSum(SyncFrame frame) {
        if (!start.deep()) {
            throw unexpected(frame);
        }
        setPeerCount(snapshot.size());
        maxRounds = Negentropy.maxRounds(snapshot.size(), snapshot.size(), SyncFrameCodec.MAX_MESSAGE_BYTES);
        enter(Phase.CHECKING);
        return List.of();
    }

    private void expectSymbols(SyncFrame frame) {
        if (start.byRanges()) {
            throw unexpected(frame);
        }
        finder = snapshot.sketch().map(sketch -> new DifferenceFinder(sketch, start.set()));
        if (finder.isEmpty()) {
            throw unexpected(frame);
        }
        enter(Phase.DECODING);
    }

    @Override
    List<SyncAction> found(SyncFrame frame) {
        if (frame instanceof SyncFrame.Symbols symbols && phase() == Phase.DECODING) {
            int bound = symbolsWanted * SyncFrameCodec.SYMBOL_BYTES;
            if (symbols.symbols().length == 0 || symbols.symbols().length > bound) {
                throw over(SyncBudget.SYMBOLS, symbols.symbols().length / SyncFrameCodec.SYMBOL_BYTES, symbolsWanted);
            }
            return decode(symbols.symbols());
        }
        if (frame instanceof SyncFrame.Reconcile reconcile && phase() == Phase.SPLITTING) {
            return reconciled(reconcile.message());
        }
        if (frame instanceof SyncFrame.Sum sum && phase() == Phase.CHECKING && peerSum.isEmpty()) {
            peerSum = Optional.of(sum.sum());
            return List.of(new SyncAction.Check(snapshot, start.nonce()));
        }
        throw unexpected(frame);
    }

    @Override
    public List<SyncAction> checked(byte[] sum) {
        if (phase() != Phase.CHECKING || peerSum.isEmpty()) {
            return List.of();
        }
        if (Arrays.equals(sum, peerSum.get())) {
            return lead();
        }
        finder = snapshot.sketch().map(sketch -> new DifferenceFinder(sketch, start.set()));
        go(SyncFrame.Way.SYMBOLS);
        enter(Phase.DECODING);
        return ask(FIRST_SYMBOLS_AFTER_CHECK);
    }

    private List<SyncAction> ask(int upTo) {
        symbolsWanted = upTo - finder.map(DifferenceFinder::received).orElse(0);
        return List.of(new SyncAction.Send(new SyncFrame.More(upTo)));
    }

    private List<SyncAction> decode(byte[] symbols) {
        DifferenceFinder own = finder.orElseThrow();
        return switch (own.take(symbols)) {
            case OPEN -> ask(own.wanted());
            case HOPELESS -> split();
            case FOUND -> found(own);
        };
    }

    private List<SyncAction> found(DifferenceFinder own) {
        if (own.differences() == 0) {
            // The fingerprints differ, the sketches do not: short ids that collide, which ranges tell apart.
            return split();
        }
        List<SyncAction> actions = new ArrayList<>();
        long[] need = own.need();
        if (need.length > 0) {
            wanted(need.length);
            ByteBuffer packed = ByteBuffer.allocate(need.length * Long.BYTES);
            packed.asLongBuffer().put(need);
            actions.add(new SyncAction.Send(new SyncFrame.WantShort(packed.array())));
        }
        if (own.have().size() > 0) {
            offer(own.have().size(), actions);
            actions.add(new SyncAction.Feed(new SyncAction.Asked(own.have().toBytes())));
        }
        actions.addAll(lead());
        return actions;
    }

    private List<SyncAction> split() {
        go(SyncFrame.Way.RANGES);
        enter(Phase.SPLITTING);
        waiting.add(ranges.start(start.nonce()));
        return send(new ArrayList<>());
    }

    private List<SyncAction> send(List<SyncAction> actions) {
        while (inFlight < MAX_IN_FLIGHT && !waiting.isEmpty()) {
            inFlight++;
            actions.add(new SyncAction.Send(new SyncFrame.Reconcile(waiting.remove())));
        }
        return actions;
    }

    private List<SyncAction> reconciled(byte[] message) {
        PipelinedInitiator.Step step = ranges.answered(message);
        if (ranges.rounds() > maxRounds) {
            throw over(SyncBudget.ROUNDS, ranges.rounds(), maxRounds);
        }
        if (ranges.messages() > maxMessages()) {
            throw over(SyncBudget.MESSAGES, ranges.messages(), maxMessages());
        }
        inFlight--;
        waiting.addAll(step.next());
        // The next round goes first: it costs a round trip, the entries only bandwidth.
        List<SyncAction> actions = send(new ArrayList<>());
        need(step.need(), actions);
        if (step.have().entries() > 0) {
            offer(step.have().entries(), actions);
            actions.add(new SyncAction.Feed(new SyncAction.Ranges(snapshot, step.have())));
        }
        if (ranges.isDone()) {
            actions.addAll(lead());
        }
        return actions;
    }

    private void need(IdList ids, List<SyncAction> actions) {
        idsNeeded += ids.size();
        if (idsNeeded > peerCount()) {
            throw over(SyncBudget.IDS, idsNeeded, peerCount());
        }
        wanted(ids.size());
        byte[] packed = ids.toBytes();
        int frame = SyncFrameCodec.MAX_KEYS * SyncFrameCodec.ID_BYTES;
        for (int from = 0; from < packed.length; from += frame) {
            byte[] part = Arrays.copyOfRange(packed, from, Math.min(packed.length, from + frame));
            actions.add(new SyncAction.Send(new SyncFrame.Want(part)));
        }
    }
}
