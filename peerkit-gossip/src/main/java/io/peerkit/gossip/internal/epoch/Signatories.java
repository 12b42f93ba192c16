// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.AgentId;
import io.peerkit.api.NotPermittedException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.internal.peer.Peer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the agents of an authority to sign one statement: asks them, and answers when they ask. An agent signs one statement for a number,
 * ever, which it notes durably before; what it signed it shows to whoever proposes another, who then proposes that. Belongs to the node
 * loop.
 */
final class Signatories {
    /** What is spoken. */
    static final ProtocolId PROTOCOL = new ProtocolId("/peerkit/epoch-sign/2.0.0");

    /** The most proposals that are looked at beside each other. */
    private static final int MAX_SERVED = 4;

    /** How many statements are proposed before it is given up: one's own, and what others had signed. */
    private static final int MAX_PROPOSALS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Signatories.class);

    private final EpochKeeper.Parts parts;
    private final Epochs epochs;
    private final EpochLedger ledger;
    private final LiveList live;
    private final Set<ServedSignature> answers = new HashSet<>();

    Signatories(EpochKeeper.Parts parts, LiveList live) {
        this.parts = parts;
        this.epochs = parts.epochs();
        this.ledger = epochs.ledger();
        this.live = live;
    }

    /** Statement and lists with enough signatures, or an exception that says whose are missing. */
    CompletableFuture<CatchUp.Result.Steps> gather(EpochStep own, Collection<Peer> peers) {
        return epochs.store()
                .promised(own.statement().number())
                .thenCompose(promised -> propose(promised.orElse(own), peers, MAX_PROPOSALS));
    }

    private CompletableFuture<CatchUp.Result.Steps> propose(EpochStep step, Collection<Peer> peers, int left) {
        Map<AgentId, Peer> asked = new LinkedHashMap<>();
        for (Peer peer : peers) {
            if (parts.authority().includes(peer.agent()) && !peer.agent().equals(ledger.self())) {
                asked.putIfAbsent(peer.agent(), peer);
            }
        }
        Round round = new Round(step);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (Peer peer : asked.values()) {
            all.add(parts.transport()
                    .openStream(peer.node(), PROTOCOL)
                    .thenComposeAsync(stream -> ask(step, stream), parts.loop())
                    .handleAsync((answer, failure) -> round.took(peer.agent(), answer, failure), parts.loop()));
        }
        return CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]))
                .thenComposeAsync(done -> round.end(peers, left), parts.loop());
    }

    private CompletableFuture<AskedSignature.Answer> ask(EpochStep step, PeerStream stream) {
        return new AskedSignature(parts.loop(), step, stream, parts.patience()).start();
    }

    /** One proposal, and what came of it. */
    private final class Round {
        private final EpochStep step;
        private SignedStatement signed;
        private final List<EpochStep> promised = new ArrayList<>();
        private final Map<AgentId, String> reasons = new LinkedHashMap<>();

        Round(EpochStep step) {
            this.step = step;
            this.signed = new SignedStatement(step.statement(), new TreeMap<>());
        }

        @SuppressWarnings("NullAway") // handleAsync gives one of the two
        Void took(AgentId agent, AskedSignature.Answer answer, Throwable failure) {
            if (failure != null) {
                LOG.debug("agent {} did not answer a proposal", agent, failure);
                reasons.put(agent, "no-answer");
            } else if (answer.signature().isEmpty()) {
                reasons.put(agent, answer.reason());
                answer.promised().ifPresent(promised::add);
            } else if (parts.agent()
                    .verify(
                            agent,
                            SignedStatement.message(step.statement()),
                            answer.signature().get())) {
                signed = signed.with(agent, answer.signature().get());
            } else {
                reasons.put(agent, "wrong-signature");
            }
            return null;
        }

        CompletableFuture<CatchUp.Result.Steps> end(Collection<Peer> peers, int left) {
            int needed = parts.authority().needed();
            if (signed.signatures().size() + 1 >= needed) {
                return sign(step).thenApply(own -> {
                    SignedStatement whole = signed.with(ledger.self(), own);
                    return new CatchUp.Result.Steps(List.of(whole), List.of(step));
                });
            }
            Optional<EpochStep> other = promised.stream()
                    .filter(one ->
                            !one.statement().hash().equals(step.statement().hash()))
                    .findFirst();
            if (other.isPresent() && left > 1) {
                return objection(other.get())
                        .thenCompose(no -> no.isPresent() ? tooFew(needed) : propose(other.get(), peers, left - 1));
            }
            return tooFew(needed);
        }

        private CompletableFuture<CatchUp.Result.Steps> tooFew(int needed) {
            return CompletableFuture.failedFuture(new PeerUnreachableException("epoch "
                    + step.statement().number() + " has " + (signed.signatures().size() + 1) + " of " + needed
                    + " signatures that are needed; the others: " + reasons));
        }
    }

    /** Signs, unless another statement was signed for the same number. */
    private CompletableFuture<byte[]> sign(EpochStep step) {
        return epochs.store().promised(step.statement().number()).thenCompose(promised -> {
            if (promised.isPresent()
                    && !promised.get()
                            .statement()
                            .hash()
                            .equals(step.statement().hash())) {
                return CompletableFuture.failedFuture(
                        new NotPermittedException("this node has signed another statement for epoch "
                                + step.statement().number()));
            }
            CompletableFuture<Void> noted = promised.isPresent()
                    ? CompletableFuture.completedFuture(null)
                    : epochs.store().promise(step);
            return noted.thenApply(done -> parts.agent().sign(SignedStatement.message(step.statement())));
        });
    }

    private CompletableFuture<Optional<String>> objection(EpochStep step) {
        DigestList.Builder open = new DigestList.Builder();
        DigestList.Builder deleted = new DigestList.Builder();
        ledger.tombstones().all().forEach((entry, stone) -> {
            if (stone.isEffective()) {
                deleted.add(ledger.digests().of(entry));
            }
        });
        byte[] id = new byte[32];
        return Slices.each(parts.loop(), ledger.openSnapshot(), entry -> {
                    entry.copyId(id, 0);
                    if (!ledger.isDelete(entry.id())) {
                        open.add(ledger.digests().of(id, 0));
                    }
                })
                .thenCompose(done ->
                        ledger.head().epoch() == 0 ? CompletableFuture.completedFuture(DigestList.EMPTY) : live.get())
                .thenApply(list -> new Cosigning(ledger, open.build(), deleted.build(), list).objection(step));
    }

    /** An agent of the authority asks. */
    void accept(PeerStream stream, Peer peer) {
        if (answers.size() >= MAX_SERVED
                || !parts.authority().includes(peer.agent())
                || !parts.authority().includes(ledger.self())) {
            stream.reset();
            return;
        }
        ServedSignature[] self = new ServedSignature[1];
        self[0] = new ServedSignature(
                parts.loop(), ledger, this::decide, () -> answers.remove(self[0]), stream, parts.patience());
        answers.add(self[0]);
        self[0].read();
    }

    private CompletableFuture<ServedSignature.Answer> decide(EpochStep step) {
        long number = step.statement().number();
        return epochs.store().promised(number).thenCompose(promised -> {
            boolean other = promised.isPresent()
                    && !promised.get()
                            .statement()
                            .hash()
                            .equals(step.statement().hash());
            if (other) {
                return CompletableFuture.completedFuture(
                        new ServedSignature.Answer(Optional.empty(), "signed-another", promised));
            }
            CompletableFuture<Optional<String>> objection =
                    promised.isPresent() ? CompletableFuture.completedFuture(Optional.empty()) : objection(step);
            return objection.thenCompose(no -> {
                if (no.isPresent() || number != ledger.openEpoch()) {
                    return CompletableFuture.completedFuture(new ServedSignature.Answer(
                            Optional.empty(), no.orElse(Cosigning.OTHER_EPOCH), Optional.empty()));
                }
                return sign(step)
                        .thenApply(
                                signature -> new ServedSignature.Answer(Optional.of(signature), "", Optional.empty()));
            });
        });
    }

    /** Ends all streams. */
    void stop() {
        List.copyOf(answers).forEach(ServedSignature::close);
    }
}
