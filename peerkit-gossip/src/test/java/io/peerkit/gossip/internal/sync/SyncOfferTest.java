// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Sessions in which one side only gives. */
class SyncOfferTest {
    private static final SyncPair.Setup OFFER = new SyncPair.Setup(false, false, true, SyncStart.Extent.OFFER);

    @Test
    void offer_responderMissesSome_getsThemAndGivesNothing() {
        for (int seed = 0; seed < 50; seed++) {
            SortedSet<EntryKey> offered = SyncPair.keys(0, 100);
            SortedSet<EntryKey> there = SyncPair.keys(50, 1_000);
            SyncPair pair = SyncPair.of(offered, OFFER, there, OFFER, seed).run();

            assertThat(pair.responder.keys).as("seed %d", seed).hasSize(1_000);
            assertThat(pair.initiator.keys).hasSize(100);
            assertThat(pair.initiator.entriesReceived).isZero();
            assertThat(pair.initiator.outcome).contains(SyncAction.Outcome.DONE);
            assertThat(pair.responder.outcome).contains(SyncAction.Outcome.DONE);
            assertThat(pair.initiator.machine.isConfirmed()).isTrue();
        }
    }

    @Test
    void offer_responderStoresLess_notConfirmed() {
        SyncPair pair = SyncPair.of(SyncPair.keys(0, 100), OFFER, SyncPair.keys(0, 60), OFFER, 1);
        pair.responder.lost = 1;
        pair.run();

        assertThat(pair.initiator.outcome).contains(SyncAction.Outcome.DONE);
        assertThat(pair.initiator.machine.isConfirmed()).isFalse();
    }

    @Test
    void offer_sameOnBothSides_confirmedWithoutAList() {
        SyncPair pair = SyncPair.of(SyncPair.keys(0, 500), OFFER, SyncPair.keys(0, 500), OFFER, 2)
                .run();

        assertThat(pair.initiator.outcome).contains(SyncAction.Outcome.EQUAL);
        assertThat(pair.initiator.machine.isConfirmed()).isTrue();
        assertThat(pair.initiator.bytesReceived + pair.responder.bytesReceived).isLessThan(150);
    }

    @Test
    void offer_cursor_onlyWhatLiesBehindIsListed() {
        SortedSet<EntryKey> offered = SyncPair.keys(0, 1_000);
        EntryKey last = SyncPair.keys(0, 990).last();
        SortedSet<EntryKey> there = SyncPair.keys(0, 2_000);
        there.removeAll(offered);
        there.addAll(new TreeSet<>(offered).headSet(last));
        there.add(last);
        EntrySet set = new EntrySet();
        offered.forEach(key -> set.add(key.time(), key.id().toBytes(), 0));
        SyncInitiator initiator = new SyncInitiator(new SyncStart(
                SyncPair.SCOPE, set, set.snapshot(), Optional.of(last), 5, false, true, SyncStart.Extent.OFFER, false));

        initiator.start();
        SyncAction.Feed feed = (SyncAction.Feed) initiator
                .received(SyncFrame.Answer.of(SyncFrame.Way.OFFER, 990), 20)
                .get(0);

        assertThat(((SyncAction.KeysOf) feed.piece()).after()).contains(last);
    }

    @Test
    void answer_offerWhereNoneWasMade_refused() {
        EntrySet set = new EntrySet();
        SyncInitiator initiator = new SyncInitiator(SyncStart.of(SyncPair.SCOPE, set, set.snapshot(), 5));
        initiator.start();

        assertThatThrownBy(() -> initiator.received(SyncFrame.Answer.of(SyncFrame.Way.OFFER, 3), 20))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void answer_anotherWayForAnOffer_refused() {
        EntrySet set = new EntrySet();
        SyncInitiator initiator = new SyncInitiator(new SyncStart(
                SyncPair.SCOPE, set, set.snapshot(), Optional.empty(), 5, false, true, SyncStart.Extent.OFFER, false));
        initiator.start();

        assertThatThrownBy(() -> initiator.received(SyncFrame.Answer.of(SyncFrame.Way.BULK, 3), 20))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void bulk_scope_onlyItsEntriesAreSent() {
        SyncPair.Setup scope = new SyncPair.Setup(true, false, false, SyncStart.Extent.SCOPE);
        SortedSet<EntryKey> stored = SyncPair.keys(0, 500);
        SyncPair pair = SyncPair.of(SyncPair.keys(0, 0), scope, stored, scope, 3);
        // Of other scopes, and in the store all the same.
        stored.addAll(SyncPair.keys(500, 600));
        pair.run();

        assertThat(pair.initiator.keys).hasSize(500);
    }
}
