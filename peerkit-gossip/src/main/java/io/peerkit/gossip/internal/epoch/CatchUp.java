// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.gossip.Authority;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The asking side of an epochs stream. Nothing counts before the authority's signature: each part of the chain has to end with a statement
 * that it signed, so that a peer which lies can only repeat what the authority said; and the lists are as long as the statements say, or
 * the answer is refused.
 */
public final class CatchUp {
    /** The longest chain in statements: an epoch a day makes 44 years. */
    static final int MAX_CHAIN = 16_384;

    /** The most digests of one answer, 256 MiB. */
    static final long MAX_DIGESTS = DigestList.MAX_DIGESTS;

    /** What came of it. */
    public sealed interface Result {
        /** The peer has nothing newer. */
        record UpToDate() implements Result {}

        /**
         * The authority signed two different statements with one number, or a chain that leaves out one it signed.
         *
         * @param theirs what contradicts the asking side's head
         */
        record Forked(SignedStatement theirs) implements Result {}

        /**
         * The closings behind the head.
         *
         * @param chain all statements behind it
         * @param steps as many
         */
        record Steps(List<SignedStatement> chain, List<EpochStep> steps) implements Result {}

        /**
         * The state at the end.
         *
         * @param chain all statements behind the head
         * @param leap the state at the last of them
         */
        record Leap(List<SignedStatement> chain, EpochLeap leap) implements Result {}
    }

    private final EpochLedger.Head head;
    private final NetworkId network;
    private final Authority authority;
    private final Agent agent;
    private final List<SignedStatement> chain = new ArrayList<>();
    private final List<DigestList> lists = new ArrayList<>();
    private DigestList.Builder list = new DigestList.Builder();
    private Optional<EpochFrame.Chain> plan = Optional.empty();

    /**
     * @param head the last snapshot that is adopted
     * @param network where statements must belong
     * @param authority who signs them
     * @param agent checks signatures
     */
    public CatchUp(EpochLedger.Head head, NetworkId network, Authority authority, Agent agent) {
        this.head = head;
        this.network = network;
        this.authority = authority;
        this.agent = agent;
    }

    /** The question. */
    public EpochFrame ask() {
        return new EpochFrame.Ask(head);
    }

    /**
     * Takes a part of the answer.
     *
     * @return the result when it is complete
     * @throws InvalidBytesException when the peer breaks the rules
     */
    public Optional<Result> received(EpochFrame frame) {
        if (frame instanceof EpochFrame.UpToDate && chain.isEmpty()) {
            return Optional.of(new Result.UpToDate());
        }
        if (frame instanceof EpochFrame.Fork fork && chain.isEmpty()) {
            return Optional.of(fork(fork.statement()));
        }
        if (frame instanceof EpochFrame.Chain part && plan.isEmpty()) {
            return chain(part);
        }
        if (frame instanceof EpochFrame.Digests digests && plan.isPresent()) {
            list.addInOrder(digests.packed());
            return proceed();
        }
        throw new InvalidBytesException("epochs frame " + frame.getClass().getSimpleName() + " out of place");
    }

    private Result fork(SignedStatement theirs) {
        EpochStatement said = theirs.statement();
        if (said.number() != head.epoch() || said.hash().equals(head.statement()) || !isRight(theirs)) {
            throw new InvalidBytesException("evidence of a fork that is none: epoch " + said.number());
        }
        return new Result.Forked(theirs);
    }

    private boolean isRight(SignedStatement signed) {
        return signed.statement().network().equals(network) && signed.isSigned(authority, agent);
    }

    private Optional<Result> chain(EpochFrame.Chain part) {
        SignedStatement end = part.statements().get(part.statements().size() - 1);
        if (!isRight(end)) {
            throw new InvalidBytesException(
                    "statement of epoch " + end.statement().number() + " is not signed by the authority");
        }
        if (chain.size() + part.statements().size() > MAX_CHAIN) {
            throw new InvalidBytesException("chain of more than " + MAX_CHAIN + " statements");
        }
        for (SignedStatement signed : part.statements()) {
            long expected = head.epoch() + chain.size() + 1;
            EpochStatement next = signed.statement();
            if (next.number() != expected || !next.network().equals(network)) {
                throw new InvalidBytesException("epoch " + next.number() + " in place of epoch " + expected);
            }
            if (!next.previous().equals(lastHash())) {
                if (chain.isEmpty()) {
                    return Optional.of(forkBehindHead(part));
                }
                throw new InvalidBytesException(
                        "statement of epoch " + expected + " does not follow the one before it");
            }
            chain.add(signed);
        }
        if (!part.last()) {
            return Optional.empty();
        }
        checkPlan(part);
        plan = Optional.of(part);
        return proceed();
    }

    /** The part's statements must hang together before its end proves that another chain was signed. */
    private Result forkBehindHead(EpochFrame.Chain part) {
        for (int i = 1; i < part.statements().size(); i++) {
            EpochStatement next = part.statements().get(i).statement();
            if (!next.previous().equals(part.statements().get(i - 1).statement().hash())) {
                throw new InvalidBytesException(
                        "statement of epoch " + next.number() + " does not follow the one before it");
            }
        }
        return new Result.Forked(part.statements().get(part.statements().size() - 1));
    }

    private BlobHash lastHash() {
        return chain.isEmpty()
                ? head.statement()
                : chain.get(chain.size() - 1).statement().hash();
    }

    private void checkPlan(EpochFrame.Chain part) {
        long last = head.epoch() + chain.size();
        boolean reaches = part.leap()
                ? part.listsFrom() > head.epoch() && part.listsFrom() <= last + 1
                : part.listsFrom() == head.epoch() + 1;
        if (!reaches) {
            throw new InvalidBytesException(
                    "lists from epoch " + part.listsFrom() + " behind epoch " + head.epoch() + ", up to epoch " + last);
        }
        long digests =
                part.leap() ? chain.get(chain.size() - 1).statement().live().count() : 0;
        for (long epoch = part.listsFrom(); epoch <= last; epoch++) {
            EpochStatement statement = statement(epoch);
            digests += statement.added().count() + (long) statement.deleted().count();
        }
        if (digests > MAX_DIGESTS) {
            throw new InvalidBytesException("answer of " + digests + " digests, at most " + MAX_DIGESTS);
        }
    }

    private EpochStatement statement(long epoch) {
        return chain.get((int) (epoch - head.epoch() - 1)).statement();
    }

    /** Ends lists that are complete; the next may be an empty one. */
    private Optional<Result> proceed() {
        EpochFrame.Chain agreed = plan.orElseThrow();
        int due = dueLists(agreed);
        while (lists.size() < due) {
            int expected = expected(agreed, lists.size()).count();
            if (list.size() > expected) {
                throw new InvalidBytesException("list of " + list.size() + " digests, must be " + expected);
            }
            if (list.size() < expected) {
                return Optional.empty();
            }
            lists.add(list.build());
            list = new DigestList.Builder();
        }
        return Optional.of(result(agreed));
    }

    private int dueLists(EpochFrame.Chain agreed) {
        int epochs = (int) (head.epoch() + chain.size() - agreed.listsFrom() + 1);
        return (agreed.leap() ? 1 : 0) + 2 * epochs;
    }

    private DigestList.Mark expected(EpochFrame.Chain agreed, int index) {
        if (agreed.leap() && index == 0) {
            return chain.get(chain.size() - 1).statement().live();
        }
        int pair = agreed.leap() ? index - 1 : index;
        EpochStatement statement = statement(agreed.listsFrom() + pair / 2);
        return pair % 2 == 0 ? statement.added() : statement.deleted();
    }

    private Result result(EpochFrame.Chain agreed) {
        List<EpochStep> steps = new ArrayList<>();
        for (int i = agreed.leap() ? 1 : 0; i < lists.size(); i += 2) {
            steps.add(new EpochStep(statement(agreed.listsFrom() + steps.size()), lists.get(i), lists.get(i + 1)));
        }
        if (!agreed.leap()) {
            return new Result.Steps(List.copyOf(chain), List.copyOf(steps));
        }
        EpochStatement last = chain.get(chain.size() - 1).statement();
        return new Result.Leap(List.copyOf(chain), new EpochLeap(last, lists.get(0), steps));
    }
}
