// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.scope.Placement;
import io.peerkit.gossip.internal.scope.ScopeSets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScopeComparisonTest {
    private static final SyncScope SCOPE = SyncPair.SCOPE;
    private static final AgentId ANN = agent(1);
    private static final AgentId BEN = agent(2);

    private final Side ann = new Side(ANN, List.of("tea", "bread"));
    private final Side ben = new Side(BEN, List.of("tea", "jam"));

    @Test
    void compare_wishesUnknown_toldAndOnlySharedScopesCompared() {
        ann.put(1, "tea");
        ann.put(2, "bread");
        ben.put(1, "tea");
        ben.put(3, "jam");
        run(Optional.of(Set.of("#bread", "#tea")), Optional.of(Set.of("#jam", "#tea")));

        assertThat(asking.differing()).isEmpty();
        assertThat(asking.peerWishes()).contains(Set.of("#jam", "#tea"));
        assertThat(answering.peerWishes()).contains(Set.of("#bread", "#tea"));
    }

    @Test
    void compare_oneScopeDiffers_named() {
        wishesAreKnown();
        ann.put(1, "tea");
        ben.put(2, "tea");
        run(Optional.empty(), Optional.empty());

        assertThat(asking.differing()).containsExactly("#tea");
        assertThat(ending).isEqualTo(SyncAction.Outcome.DONE);
    }

    @Test
    void compare_sameScopesAndEntries_equalInFewBytes() {
        wishesAreKnown();
        for (int i = 0; i < 1_000; i++) {
            ann.put(i, "tea");
            ben.put(i, "tea");
        }
        run(Optional.empty(), Optional.empty());

        assertThat(ending).isEqualTo(SyncAction.Outcome.EQUAL);
        assertThat(bytes).isLessThan(100);
    }

    @Test
    void compare_scopesThatTheAskingSideDoesNotHold_leftOut() {
        wishesAreKnown();
        ben.put(3, "jam");
        asking = new ScopeComparison.Asking(SCOPE, ann.sets, 5, Set.of("#jam", "#tea", "all"), Optional.empty());
        SyncFrame.Compared answer = answer(Optional.empty());

        assertThat(answer.different().orElseThrow().names()).containsExactly("#tea", "all");
    }

    @Test
    void compare_answerNamesWhatWasNotAsked_ignored() {
        wishesAreKnown();
        asking = new ScopeComparison.Asking(SCOPE, ann.sets, 5, Set.of("#tea"), Optional.empty());
        asking.start();
        SyncFrame.Scopes claimed = new SyncFrame.Scopes(List.of("#bread", "#jam", "#tea"), new byte[24]);
        asking.received(new SyncFrame.Compared(Optional.of(claimed), Optional.empty()), 50);

        assertThat(asking.differing()).containsExactly("#tea");
    }

    @Test
    void compare_otherEpoch_refused() {
        SyncFrame.Compare compare = new SyncFrame.Compare(
                SyncScope.VERSION,
                SCOPE.networkTag(),
                SCOPE.epoch() + 1,
                SCOPE.head(),
                List.of(),
                ScopeComparison.summary(ann.sets, List.of(), 5),
                5,
                Optional.empty());
        answering = ben.answering(Optional.empty());

        List<SyncAction> actions = answering.received(compare, 50);
        assertThat(((SyncAction.Send) actions.get(0)).frame()).isEqualTo(new SyncFrame.Refuse("wrong-epoch"));
    }

    @Test
    void compare_frameOutOfPlace_refused() {
        answering = ben.answering(Optional.empty());
        assertThatThrownBy(() -> answering.received(new SyncFrame.More(1), 5))
                .isInstanceOf(InvalidBytesException.class);
        asking = new ScopeComparison.Asking(SCOPE, ann.sets, 5, Set.of("#tea"), Optional.empty());
        asking.start();
        assertThatThrownBy(() -> asking.received(new SyncFrame.Done(), 5)).isInstanceOf(InvalidBytesException.class);
    }

    private ScopeComparison asking = ann.asking(Optional.empty());
    private ScopeComparison answering = ben.answering(Optional.empty());
    private SyncAction.Outcome ending = SyncAction.Outcome.REFUSED;
    private int bytes;

    private void wishesAreKnown() {
        ann.placement.wish(BEN, Set.of("#jam", "#tea"));
        ben.placement.wish(ANN, Set.of("#bread", "#tea"));
    }

    private void run(Optional<Set<String>> annsNews, Optional<Set<String>> bensNews) {
        asking = ann.asking(annsNews);
        SyncFrame.Compared answer = answer(bensNews);
        List<SyncAction> actions = asking.received(answer, 50);
        ending = ((SyncAction.End) actions.get(actions.size() - 1)).outcome();
    }

    private SyncFrame.Compared answer(Optional<Set<String>> news) {
        answering = ben.answering(news);
        SyncFrame compare = wire(asking.start());
        return (SyncFrame.Compared) wire(answering.received(compare, 50));
    }

    private SyncFrame wire(List<SyncAction> actions) {
        byte[] frame = SyncFrameCodec.encode(((SyncAction.Send) actions.get(0)).frame());
        bytes += frame.length;
        return SyncFrameCodec.decode(frame);
    }

    private static AgentId agent(int number) {
        byte[] id = new byte[32];
        id[0] = (byte) number;
        return AgentId.of(id);
    }

    private static final class Side {
        private final AgentId self;
        private final EntrySet all = new EntrySet();
        private final Placement placement;
        private final ScopeSets sets;

        Side(AgentId self, List<String> topics) {
            this.self = self;
            this.placement = new Placement(DistributionStrategy.topics(topics), self);
            this.sets = new ScopeSets(placement, SCOPE.network(), all);
        }

        void put(int number, String topic) {
            EntryKey key = SyncPair.key(number);
            all.add(key.time(), key.id().toBytes(), 0);
            sets.sort(
                    new EntryHeader(
                            SCOPE.network(),
                            ANN,
                            key.time(),
                            1,
                            Optional.of(topic),
                            0,
                            BlobHash.ofBlob(new byte[0]),
                            0,
                            List.of()),
                    key);
        }

        ScopeComparison asking(Optional<Set<String>> news) {
            AgentId other = self.equals(ANN) ? BEN : ANN;
            return new ScopeComparison.Asking(SCOPE, sets, 5, placement.shared(other), news);
        }

        ScopeComparison answering(Optional<Set<String>> news) {
            AgentId other = self.equals(ANN) ? BEN : ANN;
            return new ScopeComparison.Answering(
                    SCOPE,
                    sets,
                    wishes -> {
                        wishes.ifPresent(scopes -> placement.wish(other, scopes));
                        return placement.shared(other);
                    },
                    news);
        }
    }
}
