// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeId;
import io.peerkit.api.NotPermittedException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.Publication;
import io.peerkit.api.StorageException;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.gossip.Authority;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.entry.HybridClock;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.peer.PeerWarnings;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node with its network's epochs: asks peers that know later statements for them, adopts what the authority signed, answers others
 * who ask, and closes epochs on a node of the authority. While it adopts or closes, nothing else writes entries, and no session runs.
 *
 * <p>Belongs to the node loop.
 */
public final class EpochKeeper implements EpochWatch {
    /** What is spoken. */
    public static final ProtocolId PROTOCOL = new ProtocolId("/peerkit/epochs/2.0.0");

    /** What the authority's agents speak with each other. */
    public static final ProtocolId SIGNING_PROTOCOL = Signatories.PROTOCOL;

    /** The most answers that are given at the same time; more streams are reset, and their peers ask again later. */
    private static final int MAX_SERVED = 8;

    /** After a failure of the store an adoption is tried again after this time, until it works: half done is nothing. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    /** The list of all live entries is kept for so many ticks after the last question. */
    private static final int LIVE_LIST_TICKS = 60;

    private static final Logger LOG = LoggerFactory.getLogger(EpochKeeper.class);

    /** What else writes entries in this node. */
    public interface Brake {
        /** Lets what is under way end, and nothing begin; completes on the loop. */
        CompletableFuture<Void> apply();

        /** All goes on. */
        void release();

        /** A peer needs a session. */
        void dirty(NodeId peer);

        /** A peer broke the protocol. */
        void misbehaved(NodeId peer);
    }

    /** Writes what is issued anew, and tells peers. */
    public interface Publishing {
        /** Entries, each in place of its first. */
        CompletableFuture<List<Publication>> again(List<Again> entries);

        /** Deletes of entries; the records go with them. */
        CompletableFuture<List<Publication>> deletes(List<EntryId> targets, List<RecordKey> records);
    }

    /**
     * What a keeper works with.
     *
     * @param served has the blobs, from the application where it keeps them
     * @param patience how long a peer may be silent on a stream
     */
    public record Parts(
            NodeLoop loop,
            Transport transport,
            Storage served,
            Agent agent,
            Authority authority,
            HybridClock clock,
            Duration patience,
            Epochs epochs,
            Publishing publishing,
            Brake brake) {}

    private final Parts parts;
    private final Epochs epochs;
    private final EpochLedger ledger;
    private final Reissuer reissuer;
    private final LiveList live;
    private final Signatories signatories;
    private final Map<NodeId, Peer> peers = new LinkedHashMap<>();
    private final Set<NodeId> aligned = new HashSet<>();
    private final Set<NodeId> toAsk = new LinkedHashSet<>();
    private final Set<ServedEpochs> answers = new LinkedHashSet<>();
    private final PeerWarnings warnings = new PeerWarnings(LOG);
    private boolean busy;
    private boolean moving;
    private boolean forked;
    private boolean stopped;
    private int liveListAge;

    /**
     * @param parts what it works with
     */
    public EpochKeeper(Parts parts) {
        this.parts = parts;
        this.epochs = parts.epochs();
        this.ledger = epochs.ledger();
        this.reissuer = new Reissuer(epochs, parts.served(), parts.publishing());
        this.live = new LiveList(parts.loop(), epochs.parts().set(), ledger, epochs.store());
        this.signatories = new Signatories(parts, live);
        epochs.onAhead(this::differs);
    }

    /** Goes on with what an earlier run left. */
    public void start() {
        then(epochs.store().fork(), found -> found.ifPresent(this::reportFork), EpochKeeper::unreadable);
        reissuer.start();
    }

    private static void unreadable(Throwable reason) {
        LOG.error("could not read whether the authority's statements contradict each other", reason);
    }

    @Override
    public EpochLedger.Head head() {
        return ledger.head();
    }

    @Override
    public boolean isMoving() {
        return moving;
    }

    @Override
    public boolean isAligned(NodeId peer) {
        return aligned.contains(peer);
    }

    @Override
    public boolean meets(NodeId peer) {
        if (!peers.containsKey(peer)) {
            return false;
        }
        if (epochs.handedOut().isNoted()) {
            aligned.add(peer);
            return true;
        }
        then(
                epochs.handedOut().begin(),
                done -> parts.brake().dirty(peer),
                reason -> parts.brake().dirty(peer));
        return false;
    }

    @Override
    public void differs(NodeId peer) {
        aligned.remove(peer);
        if (!forked && !stopped && peers.containsKey(peer)) {
            toAsk.add(peer);
            ask();
        }
    }

    /** A peer is connected. */
    public void peerUp(Peer peer) {
        peers.put(peer.node(), peer);
    }

    /** A peer is gone. */
    public void peerDown(Peer peer) {
        peers.remove(peer.node());
        toAsk.remove(peer.node());
        if (aligned.remove(peer.node()) && aligned.isEmpty()) {
            CompletableFuture<Void> unused = epochs.handedOut().end();
        }
    }

    /** Time passes; called every second or so. */
    public void tick() {
        reissuer.tick();
        if (++liveListAge > LIVE_LIST_TICKS && answers.isEmpty()) {
            live.forget();
        }
    }

    private void ask() {
        if (busy || stopped || toAsk.isEmpty()) {
            return;
        }
        NodeId peer = toAsk.iterator().next();
        toAsk.remove(peer);
        busy = true;
        then(
                parts.transport().openStream(peer, PROTOCOL).thenComposeAsync(this::asked, parts.loop()),
                this::answered,
                reason -> {
                    failed(peer, reason);
                    idle();
                });
    }

    private CompletableFuture<CatchUp.Result> asked(PeerStream stream) {
        CatchUp machine = new CatchUp(ledger.head(), ledger.network(), parts.authority(), parts.agent());
        return new AskedEpochs(parts.loop(), machine, stream, parts.patience()).start();
    }

    private void failed(NodeId peer, Throwable reason) {
        Peer who = peers.get(peer);
        if (who == null) {
            return;
        }
        if (reason instanceof InvalidBytesException) {
            warnings.warn(who.agent(), "gave up a question for epochs", reason);
            parts.brake().misbehaved(peer);
        } else {
            LOG.debug("peer {} did not answer a question for epochs", who.agent(), reason);
        }
    }

    private void idle() {
        busy = false;
        ask();
    }

    private void answered(CatchUp.Result result) {
        if (result instanceof CatchUp.Result.Forked fork) {
            then(epochs.store().forked(fork.theirs()), done -> reportFork(fork.theirs()), EpochKeeper::unreadable);
            idle();
        } else if (result instanceof CatchUp.Result.UpToDate || forked) {
            idle();
        } else {
            move(() -> epochs.adopter().adopt(result), new CompletableFuture<>());
        }
    }

    private void reportFork(SignedStatement other) {
        forked = true;
        toAsk.clear();
        long number = other.statement().number();
        LOG.error("the authority signed two statements for epoch {}: no epoch is adopted any more", number);
        epochs.parts().tasks().execute(() -> epochs.parts().listener().epochForked(number));
    }

    /** Goes to another epoch while nothing else writes. */
    private void move(Supplier<CompletableFuture<Void>> way, CompletableFuture<Long> answer) {
        brake();
        aligned.clear();
        then(
                parts.brake().apply().thenCompose(quiet -> epochs.adopter().removed()),
                quiet -> carryOut(ledger.head().epoch(), way, answer),
                reason -> {
                    answer.completeExceptionally(reason);
                    goOn();
                });
    }

    private void brake() {
        moving = true;
        List.copyOf(answers).forEach(ServedEpochs::close);
    }

    private void carryOut(long before, Supplier<CompletableFuture<Void>> way, CompletableFuture<Long> answer) {
        then(way.get(), done -> arrived(before, answer), reason -> {
            if (reason instanceof StorageException && !stopped) {
                LOG.warn("going to another epoch failed at the store; tried again in {}", RETRY, reason);
                parts.loop()
                        .schedule(
                                RETRY,
                                () -> carryOut(before, () -> epochs.adopter().resume(), answer));
            } else {
                answer.completeExceptionally(reason);
                goOn();
            }
        });
    }

    private void arrived(long before, CompletableFuture<Long> answer) {
        long head = ledger.head().epoch();
        for (long epoch = Math.max(before + 1, head - EpochStore.HISTORY + 1); epoch <= head; epoch++) {
            long number = epoch;
            epochs.parts().tasks().execute(() -> epochs.parts().listener().epochClosed(number));
        }
        then(epochs.adopter().removeLeaving(), done -> {}, reason -> LOG.warn("left for the next start", reason));
        if (head > before) {
            answer.complete(head);
        } else {
            answer.completeExceptionally(new StorageException("the epoch could not be closed; try again"));
        }
        goOn();
    }

    private void goOn() {
        moving = false;
        if (!stopped) {
            parts.brake().release();
            reissuer.start();
        }
        idle();
    }

    /** Closes the open epoch, on a node of the authority; the answer is its number. */
    public void close(CompletableFuture<Long> answer) {
        Authority authority = parts.authority();
        if (!authority.includes(ledger.self())) {
            answer.completeExceptionally(new NotPermittedException(
                    "agent " + ledger.self() + " does not belong to the authority of this network"));
        } else if (forked) {
            answer.completeExceptionally(new NotPermittedException(
                    "the authority's statements contradict each other; no epoch is closed any more"));
        } else if (busy) {
            answer.completeExceptionally(
                    new PeerUnreachableException("this node is going to another epoch; try again"));
        } else {
            busy = true;
            if (authority.needed() == 1) {
                move(this::sign, answer);
            } else {
                propose(answer);
            }
        }
    }

    private CompletableFuture<EpochStep> lists() {
        if (!epochs.remover().failing().isEmpty()) {
            return CompletableFuture.failedFuture(
                    new NotPermittedException(
                            "the application's hook fails on deleted entries: the epoch cannot be closed before they are gone"));
        }
        long time = parts.clock().next(parts.loop().now().toEpochMilli());
        return ClosingRun.start(parts.loop(), epochs.parts().set(), ledger, time);
    }

    private CompletableFuture<Void> sign() {
        return lists().thenCompose(step -> {
            byte[] signature = parts.agent().sign(SignedStatement.message(step.statement()));
            SignedStatement signed =
                    new SignedStatement(step.statement(), new TreeMap<>()).with(ledger.self(), signature);
            return epochs.adopter().adopt(new CatchUp.Result.Steps(List.of(signed), List.of(step)));
        });
    }

    /** The lists are made while nothing writes; the signatures are waited for while all goes on. */
    private void propose(CompletableFuture<Long> answer) {
        brake();
        then(
                parts.brake()
                        .apply()
                        .thenCompose(quiet -> epochs.adopter().removed())
                        .thenCompose(quiet -> lists()),
                step -> {
                    goOn();
                    then(
                            signatories.gather(step, List.copyOf(peers.values())),
                            signed -> proposed(signed, answer),
                            answer::completeExceptionally);
                },
                reason -> {
                    answer.completeExceptionally(reason);
                    goOn();
                });
    }

    private void proposed(CatchUp.Result.Steps signed, CompletableFuture<Long> answer) {
        long number = signed.steps().get(0).statement().number();
        if (busy || stopped || number != ledger.openEpoch()) {
            answer.completeExceptionally(
                    new PeerUnreachableException("this node went to another epoch meanwhile; try again"));
        } else {
            busy = true;
            move(() -> epochs.adopter().adopt(signed), answer);
        }
    }

    /** A peer asks. */
    public void accept(PeerStream stream) {
        Peer peer = peers.get(stream.node());
        if (stopped || moving || peer == null) {
            stream.reset();
        } else if (stream.protocol().equals(Signatories.PROTOCOL)) {
            signatories.accept(stream, peer);
        } else if (answers.size() >= MAX_SERVED) {
            stream.reset();
        } else {
            serve(stream);
        }
    }

    private void serve(PeerStream stream) {
        then(epochs.store().kept(), kept -> serve(stream, kept), reason -> {
            LOG.debug("could not answer a question for epochs", reason);
            stream.reset();
        });
    }

    private void serve(PeerStream stream, EpochStore.Kept kept) {
        if (stopped || moving || answers.size() >= MAX_SERVED) {
            stream.reset();
            return;
        }
        ServedEpochs answer =
                new ServedEpochs(parts.loop(), epochs.store(), kept, this::liveList, answers::remove, stream);
        answers.add(answer);
        answer.read();
    }

    private CompletableFuture<DigestList> liveList() {
        liveListAge = 0;
        return live.get();
    }

    private <T> void then(CompletableFuture<T> future, Consumer<T> done, Consumer<Throwable> failed) {
        LoopHop.then(parts.loop(), future, done, failed);
    }

    /** Ends all streams. */
    public void stop() {
        stopped = true;
        signatories.stop();
        List.copyOf(answers).forEach(ServedEpochs::close);
    }
}
