// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.gossip.Authority;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CatchUpTest {
    private final ClosedEpochs epochs = ClosedEpochs.of(2, 40);

    private CatchUp from(int head) {
        return new CatchUp(
                epochs.head(head), ClosedEpochs.NETWORK, Authority.of(epochs.authority.id()), epochs.authority);
    }

    /** What an honest peer with the head of the chain answers. */
    private List<EpochFrame> answer(int head, int listsFrom, boolean leap) {
        List<EpochFrame> frames = new ArrayList<>();
        for (int at = head; at < epochs.chain.size(); at += EpochFrameCodec.MAX_STATEMENTS) {
            int to = Math.min(epochs.chain.size(), at + EpochFrameCodec.MAX_STATEMENTS);
            frames.add(new EpochFrame.Chain(epochs.chain.subList(at, to), to == epochs.chain.size(), listsFrom, leap));
        }
        if (leap) {
            add(frames, epochs.lives.get(epochs.lives.size() - 1));
        }
        for (EpochStep step : epochs.steps.subList(listsFrom - 1, epochs.steps.size())) {
            add(frames, step.added());
            add(frames, step.deleted());
        }
        return frames;
    }

    private static void add(List<EpochFrame> frames, DigestList list) {
        for (int at = 0; at < list.size(); at += EpochFrameCodec.MAX_DIGESTS) {
            frames.add(new EpochFrame.Digests(list.pack(at, Math.min(list.size(), at + EpochFrameCodec.MAX_DIGESTS))));
        }
    }

    private static Optional<CatchUp.Result> feed(CatchUp catchUp, List<EpochFrame> frames) {
        Optional<CatchUp.Result> result = Optional.empty();
        for (EpochFrame frame : frames) {
            assertThat(result).isEmpty();
            result = catchUp.received(EpochFrameCodec.decode(EpochFrameCodec.encode(frame)));
        }
        return result;
    }

    @Test
    void received_stepsBehindTheHead_allOfThem() {
        CatchUp.Result.Steps steps =
                (CatchUp.Result.Steps) feed(from(33), answer(33, 34, false)).orElseThrow();
        assertThat(steps.chain()).hasSize(7);
        assertThat(steps.steps()).hasSize(7);
        assertThat(steps.steps().get(6).statement())
                .isEqualTo(epochs.chain.get(39).statement());
    }

    @Test
    void received_leapFromNothing_liveListAndRecentSteps() {
        CatchUp.Result.Leap leap =
                (CatchUp.Result.Leap) feed(from(0), answer(0, 38, true)).orElseThrow();
        assertThat(leap.chain()).hasSize(40);
        assertThat(leap.leap().live().size()).isEqualTo(epochs.lives.get(39).size());
        assertThat(leap.leap().recent()).hasSize(3);
    }

    @Test
    void received_emptyListsOnly_resultAtOnce() {
        ClosedEpochs quiet = new ClosedEpochs(3);
        quiet.close(0, 0);
        CatchUp catchUp = new CatchUp(
                EpochLedger.Head.NONE, ClosedEpochs.NETWORK, Authority.of(quiet.authority.id()), quiet.authority);
        Optional<CatchUp.Result> result = catchUp.received(new EpochFrame.Chain(quiet.chain, true, 1, false));
        assertThat(result).containsInstanceOf(CatchUp.Result.Steps.class);
    }

    @Test
    void received_upToDate_said() {
        assertThat(from(40).received(new EpochFrame.UpToDate())).containsInstanceOf(CatchUp.Result.UpToDate.class);
    }

    @Test
    void received_otherAuthority_refused() {
        CatchUp catchUp = new CatchUp(
                epochs.head(0),
                ClosedEpochs.NETWORK,
                Authority.of(new ClosedEpochs(9).authority.id()),
                epochs.authority);
        assertThatThrownBy(() -> catchUp.received(answer(0, 1, false).get(0)))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("not signed");
    }

    @Test
    void received_otherNetwork_refused() {
        CatchUp catchUp = new CatchUp(
                epochs.head(0), NetworkId.named("other"), Authority.of(epochs.authority.id()), epochs.authority);
        assertThatThrownBy(() -> catchUp.received(answer(0, 1, false).get(0)))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void received_chainWithAGap_refused() {
        List<SignedStatement> gap = List.of(epochs.chain.get(34), epochs.chain.get(36));
        assertThatThrownBy(() -> from(34).received(new EpochFrame.Chain(gap, true, 35, false)))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("in place of epoch 36");
    }

    @Test
    void received_otherStatementUnderTheHeadsNumber_forked() {
        EpochStatement own = epochs.chain.get(9).statement();
        EpochStatement other =
                new EpochStatement(own.network(), 10, own.previous(), 78, own.added(), own.deleted(), own.live());
        SignedStatement signed = epochs.sign(other);
        assertThat(from(10).received(new EpochFrame.Fork(signed))).contains(new CatchUp.Result.Forked(signed));
        assertThatThrownBy(() -> from(10).received(new EpochFrame.Fork(epochs.chain.get(9))))
                .isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> from(11).received(new EpochFrame.Fork(signed)))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void received_signedStatementThatLeavesTheHeadOut_forked() {
        EpochStatement next = epochs.chain.get(10).statement();
        EpochStatement aside = new EpochStatement(
                next.network(),
                11,
                epochs.chain.get(3).statement().hash(),
                1,
                next.added(),
                next.deleted(),
                next.live());
        Optional<CatchUp.Result> result =
                from(10).received(new EpochFrame.Chain(List.of(epochs.sign(aside)), true, 11, false));
        assertThat(result).containsInstanceOf(CatchUp.Result.Forked.class);
    }

    @Test
    void received_listThatIsNotTheStatements_refused() {
        epochs.close(100, 0);
        List<EpochFrame> frames = new ArrayList<>(List.of(answer(40, 41, false).get(0)));
        add(frames, epochs.randomList(100));
        assertThatThrownBy(() -> feed(from(40), frames))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("is not that of epoch 41");
    }

    @Test
    void received_moreDigestsThanSaid_refused() {
        CatchUp catchUp = from(33);
        List<EpochFrame> frames = answer(33, 34, false);
        catchUp.received(frames.get(0));
        EpochFrame tooMany = new EpochFrame.Digests(epochs.lives.get(39).pack(0, EpochFrameCodec.MAX_DIGESTS));
        catchUp.received(tooMany);
        assertThatThrownBy(() -> catchUp.received(new EpochFrame.Digests(
                        epochs.lives.get(39).pack(EpochFrameCodec.MAX_DIGESTS, 2 * EpochFrameCodec.MAX_DIGESTS))))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("must be 5000");
    }

    @Test
    void received_framesOutOfPlace_refused() {
        assertThatThrownBy(() -> from(0).received(new EpochFrame.Digests(new byte[16])))
                .isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> from(0).received(new EpochFrame.Ask(EpochLedger.Head.NONE)))
                .isInstanceOf(InvalidBytesException.class);
        CatchUp begun = from(0);
        begun.received(answer(0, 38, true).get(0));
        assertThatThrownBy(() -> begun.received(new EpochFrame.UpToDate())).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void received_planThatDoesNotReachTheHead_refused() {
        assertThatThrownBy(() -> from(33).received(new EpochFrame.Chain(epochs.chain.subList(33, 40), true, 36, false)))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("lists from epoch 36");
        assertThatThrownBy(() -> from(33).received(new EpochFrame.Chain(epochs.chain.subList(33, 40), true, 42, true)))
                .isInstanceOf(InvalidBytesException.class);
    }
}
