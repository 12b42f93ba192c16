// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.scope;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.NetworkId;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScopeSetsTest {
    private static final NetworkId NETWORK = NetworkId.named("test");
    private static final AgentId SELF = agent(1);
    private static final AgentId PEER = agent(2);

    private final EntrySet all = new EntrySet();
    private final Placement placement = new Placement(DistributionStrategy.topics(List.of("tea")), SELF);
    private final ScopeSets sets = new ScopeSets(placement, NETWORK, all);

    @Test
    void of_fullReplication_theSetOfAllAndNothingBeside() {
        EntrySet everything = new EntrySet();
        ScopeSets whole =
                new ScopeSets(new Placement(DistributionStrategy.fullReplication(), SELF), NETWORK, everything);
        everything.add(1, key(1).id().toBytes(), 0);
        whole.sort(about("tea"), key(1));

        assertThat(whole.of("all")).isSameAs(everything);
        assertThat(whole.sizes()).isEmpty();
        assertThat(whole.unsorted(10)).isEmpty();
    }

    @Test
    void sort_entriesAndDeletes_eachInItsScope() {
        put(1, about("tea"));
        put(2, about("bread"));
        put(3, header(Optional.empty(), EntryHeader.KIND_BLOB));
        put(4, header(Optional.of("tea"), EntryHeader.KIND_DELETE));

        assertThat(sets.sizes()).isEqualTo(Map.of("#tea", 1, "#bread", 1, "all", 2));
        assertThat(sets.unsorted(10)).isEmpty();
    }

    @Test
    void sort_entryThatIsNotHere_ignored() {
        sets.sort(about("tea"), key(1));

        assertThat(sets.sizes()).isEmpty();
    }

    @Test
    void added_scopeNotKnown_unsortedUntilItIs() {
        all.add(1, key(1).id().toBytes(), 0);
        assertThat(sets.unsorted(10)).containsExactly(key(1));
        assertThat(sets.of("#tea").size()).isZero();

        sets.sort(about("tea"), key(1));
        assertThat(sets.unsorted(10)).isEmpty();
        assertThat(sets.of("#tea").size()).isEqualTo(1);
    }

    @Test
    void removed_anyEntry_goneFromItsScope() {
        put(1, about("tea"));
        put(2, about("tea"));
        put(3, about("bread"));
        all.remove(key(1).time(), key(1).id().toBytes(), 0);
        all.remove(key(3).time(), key(3).id().toBytes(), 0);

        assertThat(sets.sizes()).isEqualTo(Map.of("#tea", 1));
    }

    @Test
    void of_manyEntriesInAScopeThatIsHeld_getsASketch() {
        for (int i = 0; i < ScopeSets.KEYED_FROM - 1; i++) {
            put(i, about("tea"));
            put(10_000 + i, about("bread"));
        }
        assertThat(sets.of("#tea").snapshot().sketch()).isEmpty();
        put(9_999, about("tea"));
        put(19_999, about("bread"));

        assertThat(sets.of("#tea").snapshot().sketch()).isPresent();
        assertThat(sets.of("#tea").size()).isEqualTo(ScopeSets.KEYED_FROM);
        assertThat(sets.of("#bread").snapshot().sketch()).isEmpty();
    }

    @Test
    void sort_tooManyForeignScopes_onlyOwnOnesAreAdded() {
        for (int i = 0; i < ScopeSets.MAX_FOREIGN; i++) {
            put(i, about("topic " + i));
        }
        put(100_000, about("one more"));
        put(100_001, about("tea"));

        assertThat(sets.sizes())
                .hasSize(ScopeSets.MAX_FOREIGN + 1)
                .containsKey("#tea")
                .doesNotContainKey("#one more");
    }

    @Test
    void toOffer_whatThePeerHoldsAndThisNodeDoesNot_untilConfirmed() {
        put(1, about("tea"));
        put(5, about("bread"));
        put(7, about("bread"));
        assertThat(sets.toOffer(PEER)).isEmpty();
        placement.wish(PEER, Set.of("#tea", "#bread", "#jam"));
        assertThat(sets.toOffer(PEER)).containsExactly("#bread");

        sets.offers().confirm(PEER, "#bread", key(7));
        assertThat(sets.toOffer(PEER)).isEmpty();
        assertThat(sets.offers().isConfirmed(PEER, "#bread", key(5))).isTrue();

        put(9, about("bread"));
        assertThat(sets.toOffer(PEER)).containsExactly("#bread");
        assertThat(sets.offers().cursor(PEER, "#bread")).contains(key(7));
    }

    @Test
    void toOffer_notAllWasStored_restsForAWhile() {
        placement.wish(PEER, Set.of("#bread"));
        put(5, about("bread"));
        sets.offers().failed(PEER, "#bread");
        for (int i = 0; i < Offers.REST_TICKS; i++) {
            assertThat(sets.toOffer(PEER)).isEmpty();
            sets.offers().tick();
        }
        assertThat(sets.toOffer(PEER)).containsExactly("#bread");
    }

    @Test
    void added_beforeWhatWasConfirmed_cursorGoesBackToTheEntryInFront() {
        placement.wish(PEER, Set.of("#bread"));
        put(1, about("bread"));
        put(9, about("bread"));
        sets.offers().confirm(PEER, "#bread", key(9));
        put(5, about("bread"));

        assertThat(sets.offers().cursor(PEER, "#bread")).contains(key(1));
        assertThat(sets.toOffer(PEER)).containsExactly("#bread");
        put(0, about("bread"));
        assertThat(sets.offers().cursor(PEER, "#bread")).isEmpty();
    }

    @Test
    void shared_wishesOfThePeer_unknownThenKnownThenForgotten() {
        assertThat(placement.shared(PEER)).containsExactlyInAnyOrder("all", "#tea");
        placement.wish(PEER, Set.of("#bread"));
        assertThat(placement.shared(PEER)).containsExactly("all");
        placement.forget(PEER);
        assertThat(placement.shared(PEER)).containsExactlyInAnyOrder("all", "#tea");
        assertThat(placement.heldBy(PEER)).containsExactly("all");
    }

    private void put(int number, EntryHeader header) {
        all.add(key(number).time(), key(number).id().toBytes(), 0);
        sets.sort(header, key(number));
    }

    private static EntryKey key(int number) {
        return new EntryKey(number, EntryId.ofHeader(new byte[] {(byte) number, (byte) (number >> 8)}));
    }

    private static AgentId agent(int number) {
        byte[] id = new byte[32];
        id[0] = (byte) number;
        return AgentId.of(id);
    }

    private static EntryHeader about(String topic) {
        return header(Optional.of(topic), EntryHeader.KIND_BLOB);
    }

    private static EntryHeader header(Optional<String> topic, int kind) {
        return new EntryHeader(NETWORK, SELF, 1, 1, topic, kind, BlobHash.ofBlob(new byte[0]), 0, List.of());
    }
}
