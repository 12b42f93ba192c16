// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import static io.peerkit.gossip.internal.entry.EntrySamples.NETWORK;
import static io.peerkit.gossip.internal.entry.EntrySamples.NOW_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.NodeId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.Removed;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.internal.entry.EntrySamples;
import io.peerkit.gossip.internal.entry.EntryVerifier;
import io.peerkit.gossip.internal.entry.HybridClock;
import io.peerkit.gossip.internal.entry.LaterVersion;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.epoch.EntryRemover;
import io.peerkit.gossip.internal.epoch.EpochLedger;
import io.peerkit.gossip.internal.epoch.Epochs;
import io.peerkit.gossip.internal.peer.JdkAgent;
import io.peerkit.gossip.internal.peer.Membership;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class IntegratorTest {
    private static final JdkAgent ANN = new JdkAgent();
    private static final JdkAgent BEN = new JdkAgent();
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final Duration REST = Duration.ofSeconds(FailedEntries.FIRST_TICKS);

    private static final EntryRemover.Belongings NOTHING_BESIDE = new EntryRemover.Belongings() {
        @Override
        public void addTo(WriteBatch.Builder batch, StoredEntry entry, EntryHeader header) {}

        @Override
        public void removed(StoredEntry entry, EntryHeader header) {}
    };

    private final MapStorage storage = new MapStorage();
    private final Set<AgentId> blocked = new HashSet<>();
    private final List<Integer> faults = new ArrayList<>();

    @Test
    void receive_kindOrFieldOfALaterVersion_keptWholeAndPassedOnButNotProcessed() {
        Side one = new Side(storage, incoming -> fail("asked about what nobody understands"));
        WireEntry kind = LaterVersion.entry(ANN, kind(header(ANN, 1), 7), blob(1));
        WireEntry field = LaterVersion.withField(ANN, header(ANN, 2), blob(2));

        assertThat(one.receive(kind)).isEqualTo(Receipt.TAKEN);
        assertThat(one.receive(field)).isEqualTo(Receipt.TAKEN);
        one.run();

        assertThat(one.integrator.opaque()).isEqualTo(2);
        assertThat(one.announced).hasSize(2);
        assertThat(one.told).isEmpty();
        MapStorage elsewhere = new MapStorage();
        Side two = new Side(elsewhere, incoming -> IntegrationVerdict.REJECTED);
        for (StoredEntry entry : storage.entries.values()) {
            two.receive(new WireEntry(entry.envelope(), entry.blob().orElseThrow()));
        }
        two.run();
        assertThat(two.set.fingerprint()).isEqualTo(one.set.fingerprint());
        for (StoredEntry entry : elsewhere.entries.values()) {
            StoredEntry first = storage.entry(entry.id());
            assertThat(Arrays.equals(entry.envelope(), first.envelope())).isTrue();
            assertThat(entry.blob()).isPresent();
        }
    }

    @Test
    void start_earlierVersionDidNotUnderstand_shownNowAndStored() {
        List<StoredEntry> stored = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            stored.add(stored(LaterVersion.entry(ANN, header(ANN, i), blob(i))));
        }
        StoredEntry later = stored(LaterVersion.entry(ANN, kind(header(ANN, 9), 7), blob(9)));
        stored.add(later);
        stored.forEach(entry -> {
            storage.entries.put(entry.id(), entry);
            storage.records.put(SideRecords.opaqueKey(entry.key()), SideRecords.opaque(entry.key()));
        });
        List<IntegrationVerdict> verdicts = List.of(IntegrationVerdict.values());
        Side side = new Side(storage, incoming -> verdicts.get(incoming.blob()[0]));

        side.integrator.start();
        side.run();

        assertThat(side.integrator.opaque()).isEqualTo(1);
        assertThat(storage.records.values())
                .extracting(each -> SideRecords.entry(each))
                .containsExactly(later.key());
        for (int i = 0; i < 3; i++) {
            assertThat(storage.entry(stored.get(i).id()).blob().isPresent())
                    .isEqualTo(verdicts.get(i) == IntegrationVerdict.ACCEPTED);
        }
        assertThat(side.told).hasSize(2);
        // Peers had them before.
        assertThat(side.announced).allMatch(arrival -> !arrival.isNews());
        assertThat(side.integrator.pending()).isZero();
    }

    @Test
    void start_moreThanAPageAndTheHookFailsOnSome_allShownOnce() {
        int count = 2 * OpaqueEntries.PAGE + 3;
        for (int i = 0; i < count; i++) {
            StoredEntry entry = stored(LaterVersion.entry(ANN, header(ANN, i), blob(i)));
            storage.entries.put(entry.id(), entry);
            storage.records.put(SideRecords.opaqueKey(entry.key()), SideRecords.opaque(entry.key()));
        }
        List<EntryId> shown = new ArrayList<>();
        Side side = new Side(storage, incoming -> {
            shown.add(incoming.entry());
            return shown.size() % 10 == 0 ? fail("from the test") : IntegrationVerdict.ACCEPTED;
        });

        side.integrator.start();
        side.run();

        assertThat(shown).hasSize(count).doesNotHaveDuplicates();
        assertThat(side.integrator.opaque()).isEqualTo(count / 10);
        assertThat(storage.records).hasSize(count / 10);
    }

    private static WireEntry delete(JdkAgent by, int seed, WireEntry... targets) {
        EntryHeader from = EntrySamples.header(by.id(), new byte[0], NOW_MILLIS + seed);
        EntryHeader header = new EntryHeader(
                from.network(),
                from.author(),
                from.time(),
                1,
                from.topic(),
                EntryHeader.KIND_DELETE,
                from.blobHash(),
                0,
                Arrays.stream(targets).map(IntegratorTest::id).toList());
        return LaterVersion.entry(by, header, new byte[0]);
    }

    private static EntryId id(WireEntry entry) {
        return new EntryVerifier(BEN, NETWORK, Duration.ofSeconds(60))
                .open(entry)
                .orElseThrow()
                .id();
    }

    @Test
    void snapshot_entriesOnTheirWay_countAsHere() {
        Side side = new Side(storage, incoming -> IntegrationVerdict.ACCEPTED);
        side.receive(entry(ANN, 1));
        side.receive(entry(BEN, 2));
        assertThat(side.set.size()).isZero();
        assertThat(side.integrator.snapshot().size()).isEqualTo(2);
        assertThat(side.set.size()).isZero();
        side.run();
        assertThat(side.integrator.snapshot().size()).isEqualTo(2);
        assertThat(side.set.size()).isEqualTo(2);
    }

    @Test
    void receive_deleteByTheAuthor_entryLeavesSetHookAndStore() {
        List<EntryId> asked = new ArrayList<>();
        Side side = new Side(storage, removing(asked::add));
        WireEntry doomed = entry(ANN, 1);
        WireEntry other = entry(ANN, 2);
        side.receive(doomed);
        side.receive(other);
        side.run();

        WireEntry delete = delete(ANN, 3, doomed);
        assertThat(side.receive(delete)).isEqualTo(Receipt.TAKEN);
        side.run();

        assertThat(storage.entries).containsOnlyKeys(id(other), id(delete));
        assertThat(side.set.size()).isEqualTo(2);
        assertThat(asked).containsExactly(id(doomed));
        assertThat(side.removed).containsExactly(id(doomed));
        assertThat(side.told).hasSize(2);
        assertThat(side.receive(doomed)).isEqualTo(Receipt.NOT_ADMITTED);
        assertThat(faults).isEmpty();
    }

    @Test
    void receive_deleteByAnotherAgent_nothingGoes() {
        Side side = new Side(storage, removing(entry -> fail("nothing is deleted")));
        WireEntry kept = entry(ANN, 1);
        side.receive(kept);
        side.receive(delete(BEN, 2, kept));
        side.run();
        assertThat(storage.entries).containsKey(id(kept));
        assertThat(side.set.size()).isEqualTo(2);
    }

    @Test
    void receive_deleteBeforeItsEntry_entryIsNotAdmittedUnlessAnotherWroteIt() {
        Side side = new Side(storage, incoming -> IntegrationVerdict.ACCEPTED);
        WireEntry anns = entry(ANN, 1);
        WireEntry bens = entry(BEN, 2);
        side.receive(delete(ANN, 3, anns, bens));
        side.run();
        assertThat(side.receive(anns)).isEqualTo(Receipt.NOT_ADMITTED);
        assertThat(side.receive(bens)).isEqualTo(Receipt.TAKEN);
    }

    @Test
    void receive_deleteWhileItsEntryIsUnderWay_bothStoredAndTheEntryGone() {
        Side side = new Side(storage, incoming -> IntegrationVerdict.ACCEPTED);
        WireEntry doomed = entry(ANN, 1);
        side.receive(doomed);
        side.receive(delete(ANN, 2, doomed));
        side.run();
        assertThat(storage.entries).hasSize(1);
        assertThat(side.set.size()).isEqualTo(1);
        assertThat(side.removed).containsExactly(id(doomed));
    }

    @Test
    void receive_hookFailsOnTheRemoval_peersDoNotGetItAndItIsTriedAgain() {
        List<EntryId> asked = new ArrayList<>();
        Side side = new Side(storage, removing(entry -> {
            asked.add(entry);
            if (asked.size() == 1) {
                fail("from the test");
            }
        }));
        WireEntry doomed = entry(ANN, 1);
        side.receive(doomed);
        side.receive(delete(ANN, 2, doomed));
        side.run();
        assertThat(storage.entries).containsKey(id(doomed));
        assertThat(side.set.size()).isEqualTo(1);
        side.pass(Duration.ofSeconds(5));
        assertThat(asked).hasSize(2);
        assertThat(storage.entries).doesNotContainKey(id(doomed));
        side.pass(Duration.ofSeconds(20));
        assertThat(asked).hasSize(2);
    }

    @Test
    void load_processDiedBetweenDeleteAndRemoval_removedAtTheStart() {
        Side first = new Side(storage, removing(entry -> fail("from the test")));
        WireEntry doomed = entry(ANN, 1);
        first.receive(doomed);
        first.receive(delete(ANN, 2, doomed));
        first.run();
        assertThat(storage.entries).containsKey(id(doomed));

        List<EntryId> asked = new ArrayList<>();
        Side second = new Side(storage, removing(asked::add));
        CompletableFuture<Void> loaded = second.epochs.load();
        second.run();
        assertThat(loaded).isCompleted();
        assertThat(asked).containsExactly(id(doomed));
        assertThat(storage.entries).hasSize(1);
        assertThat(second.set.size()).isEqualTo(1);
        assertThat(second.receive(doomed)).isEqualTo(Receipt.NOT_ADMITTED);
    }

    @Test
    void receive_deleteOfABlockedAuthor_nothingGoes() {
        Side side = new Side(storage, incoming -> IntegrationVerdict.ACCEPTED);
        WireEntry kept = entry(ANN, 1);
        side.receive(kept);
        side.run();
        blocked.add(ANN.id());
        assertThat(side.receive(delete(ANN, 2, kept))).isEqualTo(Receipt.TAKEN);
        side.run();
        assertThat(storage.entries).containsKey(id(kept)).hasSize(2);
    }

    private interface Removal {
        void of(EntryId entry);
    }

    private static StorageHooks removing(Removal removal) {
        return new StorageHooks() {
            @Override
            public IntegrationVerdict onIntegrate(Incoming incoming) {
                return IntegrationVerdict.ACCEPTED;
            }

            @Override
            public void onRemove(Removed removed) {
                removal.of(removed.entry());
            }
        };
    }

    @Test
    void receive_authorBlocked_headerAloneIsKeptUntilUnblocked() {
        Side side = new Side(storage, incoming -> IntegrationVerdict.ACCEPTED);
        blocked.add(ANN.id());
        WireEntry unwanted = entry(ANN, 1);
        WireEntry later = LaterVersion.entry(ANN, kind(header(ANN, 2), 7), blob(2));
        side.receive(unwanted);
        side.receive(later);
        side.receive(entry(BEN, 3));
        side.run();

        assertThat(side.told).hasSize(1);
        assertThat(side.announced).hasSize(1);
        assertThat(side.set.size()).isEqualTo(3);
        assertThat(storage.entries.values().stream()
                        .filter(entry -> entry.blob().isPresent()))
                .hasSize(1);
        assertThat(side.receive(unwanted)).isEqualTo(Receipt.KNOWN);

        blocked.clear();
        CompletableFuture<Void> removed = new CompletableFuture<>();
        new BlockedEntries(side.loop, storage, side.set, side.epochs).remove(ANN.id(), removed);
        side.run();
        assertThat(removed).isCompleted();
        assertThat(side.set.size()).isEqualTo(1);
        assertThat(storage.entries).hasSize(1);
        assertThat(storage.records).isEmpty();
        side.receive(unwanted);
        side.run();
        assertThat(side.told).hasSize(2);
    }

    @Test
    void tick_authorBlockedWhileItsEntryWaitedForTheClock_headerAlone() {
        Side side = new Side(storage, incoming -> IntegrationVerdict.ACCEPTED);
        EntryHeader early = EntrySamples.header(ANN.id(), blob(1), HybridClock.at(NOW_MILLIS + 70_000));
        assertThat(side.receive(LaterVersion.entry(ANN, early, blob(1)))).isEqualTo(Receipt.HELD);
        blocked.add(ANN.id());

        side.pass(Duration.ofSeconds(11));

        assertThat(side.told).isEmpty();
        assertThat(storage.entries.values())
                .hasSize(1)
                .allMatch(entry -> entry.blob().isEmpty());
    }

    @Test
    void start_earlierVersionDidNotUnderstandAndAuthorBlocked_notCarriedOut() {
        StoredEntry entry = stored(LaterVersion.entry(ANN, header(ANN, 1), blob(1)));
        storage.entries.put(entry.id(), entry);
        storage.records.put(SideRecords.opaqueKey(entry.key()), SideRecords.opaque(entry.key()));
        blocked.add(ANN.id());
        Side side = new Side(storage, incoming -> fail("asked about a blocked author"));

        side.integrator.start();
        side.run();

        assertThat(side.integrator.opaque()).isEqualTo(1);
        assertThat(side.failures).isEmpty();
    }

    @Test
    void receive_callOfTheEntryHasNotReturned_notAskedAgain() {
        List<Runnable> lost = new ArrayList<>();
        List<Incoming> asked = new ArrayList<>();
        Side side = new Side(storage, incoming -> {
            asked.add(incoming);
            return IntegrationVerdict.ACCEPTED;
        });
        WireEntry entry = entry(ANN, 1);
        side.receive(entry);
        side.integrator.flush();
        // The executor never comes to it.
        lost.addAll(side.user);
        side.user.clear();
        side.loop.advance(DEADLINE);
        side.run();
        assertThat(side.failures).hasSize(1);

        side.pass(REST);
        assertThat(side.receive(entry)).isEqualTo(Receipt.KNOWN);
        // And it rests on.
        assertThat(side.integrator.snapshot().size()).isEqualTo(1);
        lost.forEach(Runnable::run);
        side.pass(REST.multipliedBy(2));
        assertThat(side.receive(entry)).isEqualTo(Receipt.TAKEN);
        side.run();
        assertThat(asked).hasSize(2);
        assertThat(side.stored).hasSize(1);
    }

    @Test
    void cleanUp_crashWhileUnblocking_headersOfThoseNotBlockedGo() {
        Side side = new Side(storage, incoming -> IntegrationVerdict.ACCEPTED);
        blocked.add(ANN.id());
        blocked.add(BEN.id());
        for (int i = 0; i < 5; i++) {
            side.receive(entry(ANN, i));
            side.receive(entry(BEN, i));
        }
        side.run();

        blocked.remove(ANN.id());
        new BlockedEntries(side.loop, storage, side.set, side.epochs).cleanUp(blocked::contains);
        side.run();

        assertThat(side.set.size()).isEqualTo(5);
        assertThat(storage.records.values())
                .hasSize(5)
                .allMatch(each -> SideRecords.author(each).equals(BEN.id()));
    }

    @Test
    void receive_hookThrows_droppedReportedAndRestsBeforeItComesAgain() {
        List<Incoming> asked = new ArrayList<>();
        Side side = new Side(storage, incoming -> {
            asked.add(incoming);
            return asked.size() == 1 ? fail("from the test") : IntegrationVerdict.ACCEPTED;
        });
        WireEntry entry = entry(ANN, 1);
        assertThat(side.receive(entry)).isEqualTo(Receipt.TAKEN);
        side.run();

        assertThat(side.dropped).hasSize(1);
        assertThat(side.failures).containsExactly("from the test");
        assertThat(storage.entries).isEmpty();
        assertThat(side.set.size()).isZero();
        // It counts as present, so that no session asks for it.
        assertThat(side.integrator.snapshot().size()).isEqualTo(1);
        assertThat(side.receive(entry)).isEqualTo(Receipt.KNOWN);
        assertThat(side.integrator.failing()).isEqualTo(1);
        assertThat(side.integrator.pending()).isZero();

        side.pass(REST);
        assertThat(side.integrator.snapshot().size()).isZero();
        assertThat(side.receive(entry)).isEqualTo(Receipt.TAKEN);
        side.run();
        assertThat(side.stored).hasSize(1);
        assertThat(side.integrator.failing()).isZero();
    }

    @Test
    void receive_hookHangs_onlyItsAuthorWaitsAndOnlyUntilTheDeadline() {
        WireEntry bad = entry(ANN, 1);
        CompletableFuture<IntegrationVerdict> never = new CompletableFuture<>();
        Side side = new Side(
                storage,
                StorageHooks.answeringLater(incoming -> incoming.blob()[0] == 1
                        ? never
                        : CompletableFuture.completedFuture(IntegrationVerdict.ACCEPTED)));
        side.receive(bad);
        side.receive(entry(ANN, 2));
        side.receive(entry(BEN, 3));
        side.run();
        assertThat(side.told).extracting(each -> each.blob()[0]).containsExactly((byte) 3);

        side.loop.advance(DEADLINE);
        side.run();
        assertThat(side.told).extracting(each -> each.blob()[0]).containsExactly((byte) 3, (byte) 2);
        assertThat(side.failures).containsExactly("no answer within 30000 ms");
        // Too late: what was told to the sources holds.
        never.complete(IntegrationVerdict.ACCEPTED);
        side.run();
        assertThat(storage.entries).hasSize(2);
    }

    @Test
    void receive_hookDoesNotAnswer_fullAndNothingAcknowledged() {
        CompletableFuture<IntegrationVerdict> answer = new CompletableFuture<>();
        Side side = new Side(storage, StorageHooks.answeringLater(incoming -> answer));
        int room = (int) (Integrator.MAX_WAITING_BYTES / 1_000_000);
        for (int i = 0; i < room; i++) {
            side.receive(large(i));
            assertThat(side.integrator.isFull()).isFalse();
        }
        side.receive(large(room));
        side.run();
        assertThat(side.integrator.isFull()).isTrue();
        assertThat(side.stored).isEmpty();
        assertThat(side.integrator.pending()).isEqualTo(room + 1);

        answer.complete(IntegrationVerdict.ACCEPTED);
        side.run();
        assertThat(side.stored).hasSize(room + 1);
        assertThat(side.integrator.isFull()).isFalse();
        assertThat(side.roomTold).isEqualTo(1);
    }

    @Test
    void receive_storeFails_notAcknowledged() {
        Side side = new Side(storage, incoming -> IntegrationVerdict.ACCEPTED);
        storage.failing = true;
        side.receive(entry(ANN, 1));
        side.run();
        assertThat(side.stored).isEmpty();
        assertThat(side.set.size()).isZero();
        assertThat(side.integrator.pending()).isZero();
    }

    @Test
    void receive_wrongEntry_chargedToWhoSentIt() {
        Side side = new Side(storage, incoming -> IntegrationVerdict.ACCEPTED);
        assertThat(side.receive(new WireEntry(entry(ANN, 1).envelope(), blob(2))))
                .isEqualTo(Receipt.REFUSED);
        assertThat(faults).containsExactly(1);
    }

    private static IntegrationVerdict fail(String why) {
        throw new IllegalArgumentException(why);
    }

    private static EntryHeader header(JdkAgent author, int number) {
        return EntrySamples.header(author.id(), blob(number), HybridClock.at(NOW_MILLIS) + number);
    }

    private static EntryHeader kind(EntryHeader header, int kind) {
        return new EntryHeader(
                header.network(),
                header.author(),
                header.time(),
                header.epoch(),
                header.topic(),
                kind,
                header.blobHash(),
                header.blobSize(),
                header.links());
    }

    private static WireEntry entry(JdkAgent author, int number) {
        return LaterVersion.entry(author, header(author, number), blob(number));
    }

    private static WireEntry large(int number) {
        byte[] blob = new byte[1_000_000];
        blob[0] = (byte) number;
        return LaterVersion.entry(ANN, EntrySamples.header(ANN.id(), blob, HybridClock.at(NOW_MILLIS) + number), blob);
    }

    private static StoredEntry stored(WireEntry wire) {
        return new EntryVerifier(ANN, NETWORK, Duration.ofSeconds(60))
                .open(wire)
                .orElseThrow()
                .sealed()
                .stored();
    }

    private static byte[] blob(int number) {
        return new byte[] {(byte) number, (byte) (number >> 8), 5, 6};
    }

    /** An integrator with an application beside it, and a peer that sends. */
    private final class Side implements EntrySource {
        private final ManualLoop loop = new ManualLoop(Instant.ofEpochMilli(NOW_MILLIS));
        private final Deque<Runnable> user = new ArrayDeque<>();
        private final EntrySet set = new EntrySet();
        private final List<Incoming> told = new ArrayList<>();
        private final List<String> failures = new ArrayList<>();
        private final List<Arrival> announced = new ArrayList<>();
        private final List<EntryKey> stored = new ArrayList<>();
        private final List<EntryKey> dropped = new ArrayList<>();
        private final List<EntryId> removed = new ArrayList<>();
        private final Epochs epochs;
        private final Integrator integrator;
        private int roomTold;

        Side(MapStorage storage, StorageHooks hooks) {
            for (StoredEntry entry : storage.entries.values()) {
                set.add(entry.time(), entry.id().toBytes(), 0);
            }
            NodeListener listener = new NodeListener() {
                @Override
                public void integrated(Incoming incoming) {
                    told.add(incoming);
                }

                @Override
                public void removed(Removed gone) {
                    removed.add(gone.entry());
                }

                @Override
                public void integrationFailed(EntryId entry, AgentId author, String reason) {
                    failures.add(reason);
                }
            };
            Membership membership = new Membership() {
                @Override
                public boolean isBlocked(AgentId author) {
                    return blocked.contains(author);
                }

                @Override
                public void misbehaved(AgentId peer, int count) {
                    faults.add(count);
                }
            };
            UserTasks tasks = new UserTasks(user::add);
            epochs = new Epochs(
                    new EntryRemover.Parts(
                            loop,
                            storage,
                            set,
                            new EpochLedger(BEN.id(), NETWORK, Optional.empty()),
                            Optional.of(hooks),
                            listener,
                            tasks,
                            NOTHING_BESIDE),
                    new HybridClock(Duration.ofSeconds(60)));
            integrator = new Integrator(
                    new Integrator.Parts(
                            loop,
                            BEN.id(),
                            storage,
                            set,
                            new EntryVerifier(BEN, NETWORK, Duration.ofSeconds(60)),
                            new HybridClock(Duration.ofSeconds(60)),
                            DistributionStrategy.fullReplication(),
                            Optional.of(hooks),
                            listener,
                            user::add,
                            tasks,
                            DEADLINE,
                            membership,
                            epochs),
                    announced::addAll,
                    () -> roomTold++);
        }

        Receipt receive(WireEntry entry) {
            return integrator.receive(this, entry);
        }

        void run() {
            integrator.flush();
            loop.run();
            while (!user.isEmpty()) {
                user.remove().run();
                loop.run();
            }
        }

        void pass(Duration time) {
            for (long i = 0; i < time.toSeconds(); i++) {
                loop.advance(Duration.ofSeconds(1));
                integrator.tick();
                epochs.tick();
                run();
            }
        }

        @Override
        public AgentId agent() {
            return ANN.id();
        }

        @Override
        public NodeId node() {
            return new NodeId("a-peer");
        }

        @Override
        public void stored(EntryKey key) {
            stored.add(key);
        }

        @Override
        public void dropped(EntryKey key) {
            dropped.add(key);
        }

        @Override
        public void storageFailed(EntryKey key, Throwable reason) {}
    }
}
