// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import static io.peerkit.gossip.internal.sync.SyncPair.SCOPE;
import static io.peerkit.gossip.internal.sync.SyncPair.key;
import static io.peerkit.gossip.internal.sync.SyncPair.keys;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.reconcile.Fingerprint;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SyncMachineTest {
    private static final int LENGTH = 100;

    @Test
    void session_equalSets_endsWithTwoHellos() {
        SyncPair pair = new SyncPair(keys(0, 500), keys(0, 500), 1).run();

        assertEnded(pair, SyncAction.Outcome.EQUAL);
        assertThat(pair.initiator.framesReceived).isEqualTo(1);
        assertThat(pair.responder.framesReceived).isEqualTo(1);
        assertThat(pair.initiator.bytesReceived).isLessThan(10);
    }

    @Test
    void session_bothEmpty_equal() {
        assertEnded(new SyncPair(keys(0, 0), keys(0, 0), 1).run(), SyncAction.Outcome.EQUAL);
    }

    @Test
    void session_anySets_bothHaveTheUnion() {
        SplittableRandom random = new SplittableRandom(5);
        for (int seed = 0; seed < 400; seed++) {
            int size = random.nextInt(1, 400);
            TreeSet<EntryKey> one = new TreeSet<>();
            TreeSet<EntryKey> other = new TreeSet<>();
            int shareOne = random.nextInt(101);
            int shareOther = random.nextInt(101);
            for (int i = 0; i < size; i++) {
                if (random.nextInt(100) < shareOne) {
                    one.add(key(i));
                }
                if (random.nextInt(100) < shareOther) {
                    other.add(key(i));
                }
            }
            TreeSet<EntryKey> union = new TreeSet<>(one);
            union.addAll(other);
            int missing = 2 * union.size() - one.size() - other.size();

            SyncPair pair = new SyncPair(one, other, seed).run();

            assertThat(pair.initiator.keys).as("seed " + seed).isEqualTo(union);
            assertThat(pair.responder.keys).as("seed " + seed).isEqualTo(union);
            assertThat(pair.initiator.entriesReceived + pair.responder.entriesReceived)
                    .as("no entry travels in vain, seed " + seed)
                    .isEqualTo(missing);
            assertEnded(pair, missing == 0 ? SyncAction.Outcome.EQUAL : SyncAction.Outcome.DONE);
        }
    }

    @Test
    void session_tenOfTenThousandMissing_fewBytes() {
        SortedSet<EntryKey> less = keys(0, 10_000);
        SplittableRandom random = new SplittableRandom(9);
        for (int i = 0; i < 10; i++) {
            less.remove(key(random.nextInt(10_000)));
        }
        SyncPair pair = new SyncPair(less, keys(0, 10_000), 2).run();

        assertThat(pair.initiator.keys).isEqualTo(keys(0, 10_000));
        assertThat(pair.initiator.bytesReceived + pair.responder.bytesReceived).isLessThan(9_000);
    }

    @Test
    void session_emptySide_sendsNoIdsAndGetsAll() {
        SyncPair pair = new SyncPair(keys(0, 0), keys(0, 3_000), 3).run();

        assertThat(pair.initiator.keys).hasSize(3_000);
        assertThat(pair.responder.bytesReceived).isLessThan(200);
        assertEnded(pair, SyncAction.Outcome.DONE);
    }

    @Test
    void session_interruptedBulk_resumesBehindTheCursor() {
        SortedSet<EntryKey> part = keys(0, 600);
        SyncPair pair = new SyncPair(part, Optional.of(key(599)), keys(0, 3_000), Optional.empty(), 4).run();

        assertThat(pair.initiator.keys).isEqualTo(keys(0, 3_000));
        assertThat(pair.initiator.entriesReceived).isEqualTo(2_400);
        assertThat(pair.responder.bytesReceived)
                .as("the 600 keys before the cursor are not listed")
                .isLessThan(400);
    }

    @Test
    void session_bulkWithNewsOnTheSmallSide_flowBothWays() {
        SortedSet<EntryKey> small = keys(0, 20);
        small.addAll(keys(5_000, 5_020));
        SyncPair pair = new SyncPair(keys(0, 2_000), small, 6).run();

        assertThat(pair.initiator.keys).isEqualTo(pair.responder.keys).hasSize(2_020);
        assertThat(pair.initiator.entriesReceived).isEqualTo(20);
    }

    @Test
    void mode_countsAtTheBounds_asDocumented() {
        assertThat(SyncMode.isBulk(64, 65)).isFalse();
        assertThat(SyncMode.isBulk(63, 65)).isTrue();
        assertThat(SyncMode.isBulk(1_000, 4_000)).isFalse();
        assertThat(SyncMode.isBulk(999, 4_000)).isTrue();
        assertThat(SyncMode.isBulk(4_000, 999)).isTrue();
    }

    @Test
    void responder_anotherNetworkScopeEpochOrVersion_refuses() {
        long network = SCOPE.networkTag();
        assertRefuses(hello(2, network + 1, "all", 1), "wrong-network");
        assertRefuses(hello(2, network, "some", 1), "unknown-scope");
        assertRefuses(hello(2, network, "all", 2), "wrong-epoch");
        assertRefuses(
                new SyncFrame.Hello(
                        2, network, "all", 1, 5, 0, Fingerprint.of(new byte[16]), 1, Optional.empty(), false),
                "wrong-epoch");
        assertRefuses(hello(3, network, "all", 1), "unsupported-version");
    }

    private static SyncFrame.Hello hello(int version, long network, String scope, long epoch) {
        return new SyncFrame.Hello(
                version, network, scope, epoch, 0, 0, Fingerprint.of(new byte[16]), 1, Optional.empty(), false);
    }

    private static void assertRefuses(SyncFrame.Hello hello, String reason) {
        assertThat(responder(0).received(hello, LENGTH))
                .containsExactly(
                        new SyncAction.Send(new SyncFrame.Refuse(reason)),
                        new SyncAction.End(
                                reason.equals("wrong-epoch")
                                        ? SyncAction.Outcome.OTHER_EPOCH
                                        : SyncAction.Outcome.REFUSED));
    }

    @Test
    void initiator_busyOrRefused_ends() {
        assertThat(initiator(0).received(new SyncFrame.Busy(), LENGTH))
                .containsExactly(new SyncAction.End(SyncAction.Outcome.BUSY));
        assertThat(initiator(0).received(new SyncFrame.Refuse("wrong-epoch"), LENGTH))
                .containsExactly(new SyncAction.End(SyncAction.Outcome.OTHER_EPOCH));
        assertThat(initiator(0).received(new SyncFrame.Refuse("unknown-scope"), LENGTH))
                .containsExactly(new SyncAction.End(SyncAction.Outcome.REFUSED));
    }

    @Test
    void machines_framesOutOfPlace_refused() {
        for (SyncFrame frame :
                List.of(new SyncFrame.Done(), new SyncFrame.Want(new byte[32]), new SyncFrame.Entries(List.of()))) {
            assertThatThrownBy(() -> initiator(0).received(frame, LENGTH)).isInstanceOf(InvalidBytesException.class);
            assertThatThrownBy(() -> responder(0).received(frame, LENGTH)).isInstanceOf(InvalidBytesException.class);
        }
        SyncMachine small = responder(0);
        small.received(hello(10, 1), LENGTH);
        assertThatThrownBy(() -> small.received(hello(10, 1), LENGTH)).isInstanceOf(InvalidBytesException.class);
        SyncMachine bulk = responder(0);
        bulk.received(hello(10, 1), LENGTH);
        assertThatThrownBy(() -> bulk.received(new SyncFrame.Reconcile(new byte[] {0x61}), LENGTH))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void largeSide_moreKeysThanAnnouncedOrOutOfOrder_refused() {
        SyncMachine large = responder(500);
        large.received(hello(3, 1), LENGTH);
        byte[] three = EntryKeys.pack(List.of(key(1), key(4), key(7)));
        assertThat(large.received(new SyncFrame.Keys(three, Optional.empty(), false), LENGTH))
                .isEmpty();
        assertThatThrownBy(() -> large.received(
                        new SyncFrame.Keys(EntryKeys.pack(List.of(key(10))), Optional.empty(), true), LENGTH))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("at most 3");
        SyncMachine strict = responder(500);
        strict.received(hello(3, 1), LENGTH);
        byte[] unordered = EntryKeys.pack(List.of(key(7), key(1)));
        assertThatThrownBy(() -> strict.received(new SyncFrame.Keys(unordered, Optional.empty(), true), LENGTH))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("order");
    }

    @Test
    void smallSide_askedForMoreThanItHas_refused() {
        SyncMachine small = responder(5);
        small.received(hello(500, 1), LENGTH);
        assertThat(small.received(new SyncFrame.Want(new byte[5 * 32]), LENGTH)).hasSize(1);
        assertThatThrownBy(() -> small.received(new SyncFrame.Want(new byte[32]), LENGTH))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("at most 5");
    }

    @Test
    void smallSide_askedForNothing_refused() {
        SyncMachine small = responder(5);
        small.received(hello(500, 1), LENGTH);
        assertThatThrownBy(() -> small.received(new SyncFrame.Want(new byte[0]), LENGTH))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("asks for nothing");
    }

    @Test
    void anySide_moreEntriesThanThePeerHas_refused() {
        SyncMachine small = responder(0);
        small.received(hello(100, 1), LENGTH);
        List<WireEntry> many = Collections.nCopies(4_096, new WireEntry(new byte[1], new byte[0]));
        for (int i = 0; i < 16; i++) {
            small.received(new SyncFrame.Entries(many), LENGTH);
        }
        assertThat(small.received(new SyncFrame.Entries(many.subList(0, 100)), LENGTH))
                .hasSize(1);
        assertThatThrownBy(() -> small.received(new SyncFrame.Entries(many.subList(0, 1)), LENGTH))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("at most 65636");
    }

    @Test
    void responder_endlessReconciliation_refused() {
        SyncMachine responder = responder(1_000);
        responder.received(hello(1_000, 9), LENGTH);
        byte[] fingerprintOfAll = new byte[20];
        fingerprintOfAll[0] = 0x61;
        fingerprintOfAll[3] = 1;
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        responder.received(new SyncFrame.Reconcile(fingerprintOfAll), LENGTH);
                    }
                })
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("messages of reconciliation, at most");
    }

    private static SyncFrame.Hello hello(int count, int fingerprint) {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) fingerprint;
        return new SyncFrame.Hello(
                2, SCOPE.networkTag(), "all", 1, 0, count, Fingerprint.of(bytes), 1, Optional.empty(), false);
    }

    private static SyncMachine initiator(int entries) {
        return new SyncInitiator(start(entries));
    }

    private static SyncMachine responder(int entries) {
        return new SyncResponder(start(entries));
    }

    private static SyncStart start(int entries) {
        EntrySet set = new EntrySet(Optional.of(SCOPE.key()));
        keys(0, entries).forEach(key -> set.add(key.time(), key.id().toBytes(), 0));
        return SyncStart.of(SCOPE, set, set.snapshot(), 7);
    }

    private static void assertEnded(SyncPair pair, SyncAction.Outcome outcome) {
        assertThat(pair.initiator.outcome).contains(outcome);
        assertThat(pair.responder.outcome).contains(outcome);
    }
}
