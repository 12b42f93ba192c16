// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.NodeListener;
import io.peerkit.api.NotPermittedException;
import io.peerkit.api.Publication;
import io.peerkit.api.Removed;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.gossip.Authority;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.testkit.storage.MemoryDisk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Epochs that are closed among whole nodes in virtual time. */
class EpochsTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);
    private static final int MIB = 1_048_576;

    private final List<Removed> removed = new ArrayList<>();
    private final List<EntryId> reissued = new ArrayList<>();
    private final List<Long> closed = new ArrayList<>();
    private final List<Long> forked = new ArrayList<>();
    private Simulation simulation = new Simulation(Simulation.seed(1));

    private final NodeListener listener = new NodeListener() {
        @Override
        public void removed(Removed gone) {
            removed.add(gone);
        }

        @Override
        public void reissued(EntryId first, EntryId again) {
            reissued.add(first);
        }

        @Override
        public void epochForked(long epoch) {
            forked.add(epoch);
        }

        @Override
        public void epochClosed(long epoch) {
            closed.add(epoch);
        }
    };

    private SimulatedNode authority() {
        return simulation.add(NodePlan.member().listener(listener).authority(Authority::of));
    }

    private SimulatedNode member(SimulatedNode authority) {
        return simulation.add(NodePlan.member()
                .listener(listener)
                .authority(self -> Authority.of(authority.agentId()))
                .bootstrap(authority.addresses()));
    }

    private Publication publish(SimulatedNode node, String text) {
        return simulation
                .await(node.gossip().publishAll(List.of(text.getBytes(UTF_8))))
                .get(0);
    }

    private void close(SimulatedNode authority) {
        simulation.await(authority.gossip().closeEpoch());
    }

    private void pass(Duration duration) {
        simulation.time().advance(duration);
    }

    private long epoch(SimulatedNode node) {
        return simulation.await(node.gossip().status()).epoch();
    }

    private static List<BlobHash> blobs(SimulatedNode node) {
        return node.contents().scan(Optional.empty(), Storage.MAX_IDS, 16 * MIB).join().stream()
                .filter(entry -> entry.blob().filter(blob -> blob.length > 0).isPresent())
                .map(StoredEntry::blobHash)
                .toList();
    }

    private static int entries(SimulatedNode node) {
        return node.contents()
                .scan(Optional.empty(), Storage.MAX_IDS, 16 * MIB)
                .join()
                .size();
    }

    private static int records(SimulatedNode node, String collection) {
        return node.contents()
                .records(collection, Optional.empty(), 100, MIB)
                .join()
                .size();
    }

    private void assertSameSets(SimulatedNode... nodes) {
        String first = simulation.await(nodes[0].gossip().status()).fingerprint();
        for (SimulatedNode node : nodes) {
            assertThat(simulation.await(node.gossip().status()).fingerprint()).isEqualTo(first);
        }
    }

    @Test
    void closeEpoch_everybodyConnected_adoptedEverywhereAndDeletesForgotten() {
        SimulatedNode authority = authority();
        SimulatedNode ann = member(authority);
        SimulatedNode ben = member(authority);
        pass(LONG_ENOUGH);
        Publication kept = publish(ann, "kept");
        Publication doomed = publish(ann, "doomed");
        pass(Duration.ofSeconds(5));
        simulation.await(ann.gossip().delete(List.of(doomed.entry())));
        pass(Duration.ofSeconds(5));
        assertThat(records(ben, "tombstone")).isPositive();

        close(authority);
        pass(LONG_ENOUGH);

        for (SimulatedNode node : List.of(authority, ann, ben)) {
            assertThat(epoch(node)).isEqualTo(1);
            assertThat(blobs(node)).containsExactly(kept.hash());
            assertThat(entries(node)).isEqualTo(1);
            assertThat(records(node, "tombstone")).isZero();
            assertThat(records(node, "epoch-open")).isZero();
        }
        assertThat(closed).containsExactly(1L, 1L, 1L);
        assertSameSets(authority, ann, ben);

        Publication next = publish(ben, "next");
        pass(Duration.ofSeconds(5));
        assertThat(blobs(ann)).containsExactlyInAnyOrder(kept.hash(), next.hash());
    }

    @Test
    void closeEpoch_memberWroteWhileAway_itsEntryIsIssuedAnew() {
        SimulatedNode authority = authority();
        SimulatedNode ann = member(authority);
        SimulatedNode ben = member(authority);
        pass(LONG_ENOUGH);
        Publication first = publish(ann, "first");
        pass(Duration.ofSeconds(5));
        simulation.partition(List.of(ben));
        Publication alone = publish(ben, "alone");
        close(authority);
        close(authority);
        pass(LONG_ENOUGH);
        simulation.network().heal();
        pass(Duration.ofMinutes(3));

        assertThat(epoch(ben)).isEqualTo(2);
        assertThat(reissued).containsExactly(alone.entry());
        for (SimulatedNode node : List.of(authority, ann, ben)) {
            assertThat(blobs(node)).containsExactlyInAnyOrder(first.hash(), alone.hash());
        }
        assertThat(records(ben, "epoch-reissue")).isZero();
        assertSameSets(authority, ann, ben);
    }

    @Test
    void closeEpoch_memberAwayForManyEpochs_nothingComesBackAndItsOwnWorkStays() {
        for (int epochs : new int[] {2, 8, 9, 30}) {
            simulation = new Simulation(Simulation.seed(epochs));
            removed.clear();
            SimulatedNode authority = authority();
            SimulatedNode ann = member(authority);
            SimulatedNode ben = member(authority);
            pass(LONG_ENOUGH);
            Publication kept = publish(ann, "kept");
            Publication doomed = publish(ann, "doomed");
            Publication bens = publish(ben, "ben's, deleted by the authority while he was away");
            pass(Duration.ofSeconds(5));
            close(authority);
            pass(Duration.ofSeconds(10));
            assertThat(epoch(ben)).isEqualTo(1);
            simulation.partition(List.of(ben));
            pass(Duration.ofSeconds(40));
            Publication alone = publish(ben, "written while away");
            simulation.await(authority.gossip().delete(List.of(bens.entry())));
            simulation.await(ann.gossip().delete(List.of(doomed.entry())));
            pass(Duration.ofSeconds(5));
            for (int i = 1; i < epochs; i++) {
                close(authority);
                pass(Duration.ofSeconds(5));
            }
            assertThat(records(authority, "epoch-statement")).isEqualTo(epochs);
            simulation.network().heal();
            pass(Duration.ofMinutes(4));

            for (SimulatedNode node : List.of(authority, ann, ben)) {
                assertThat(epoch(node)).as("after %d epochs", epochs).isEqualTo(epochs);
                assertThat(blobs(node))
                        .as("after %d epochs", epochs)
                        .containsExactlyInAnyOrder(kept.hash(), alone.hash());
            }
            assertThat(records(ben, "epoch-leaving")).isZero();
            assertSameSets(authority, ann, ben);
        }
    }

    @Test
    void closeEpoch_newMemberAfterManyEpochs_getsEverythingThatIsLive() {
        SimulatedNode authority = authority();
        for (int i = 0; i < 20; i++) {
            Publication one = publish(authority, "entry " + i);
            if (i % 2 == 1) {
                simulation.await(authority.gossip().delete(List.of(one.entry())));
            }
            close(authority);
        }
        SimulatedNode late = member(authority);
        pass(Duration.ofMinutes(2));
        assertThat(epoch(late)).isEqualTo(20);
        assertThat(blobs(late)).hasSize(10).containsExactlyInAnyOrderElementsOf(blobs(authority));
        assertSameSets(authority, late);
    }

    @Test
    void closeEpoch_deleteThatMissedIt_isIssuedAnew() {
        SimulatedNode authority = authority();
        SimulatedNode ann = member(authority);
        pass(LONG_ENOUGH);
        Publication doomed = publish(ann, "doomed");
        pass(Duration.ofSeconds(5));
        close(authority);
        pass(LONG_ENOUGH);
        simulation.partition(List.of(ann));
        simulation.await(ann.gossip().delete(List.of(doomed.entry())));
        close(authority);
        assertThat(blobs(authority)).containsExactly(doomed.hash());
        simulation.network().heal();
        pass(Duration.ofMinutes(3));

        assertThat(epoch(ann)).isEqualTo(2);
        assertThat(blobs(authority)).isEmpty();
        assertThat(blobs(ann)).isEmpty();
        assertSameSets(authority, ann);
        close(authority);
        pass(LONG_ENOUGH);
        assertThat(entries(authority)).isZero();
        assertThat(entries(ann)).isZero();
    }

    @Test
    void closeEpoch_diesAtAnyWrite_wholeInTheEndAndNothingLost() {
        for (int write = 1; write <= 12; write++) {
            simulation = new Simulation(Simulation.seed(write));
            SimulatedNode authority = authority();
            SimulatedNode ann = member(authority);
            SimulatedNode ben = member(authority);
            pass(LONG_ENOUGH);
            Publication kept = publish(ann, "kept");
            Publication doomed = publish(ann, "doomed");
            pass(Duration.ofSeconds(5));
            close(authority);
            pass(LONG_ENOUGH);
            simulation.partition(List.of(ann));
            Publication alone = publish(ann, "alone");
            simulation.await(ann.gossip().delete(List.of(doomed.entry())));
            close(authority);
            simulation.network().heal();
            ann.crashAtWrite(write);
            pass(Duration.ofMinutes(3));
            if (!ann.isRunning()) {
                simulation.await(ann.start());
            }
            pass(Duration.ofMinutes(3));
            for (SimulatedNode node : List.of(authority, ann, ben)) {
                assertThat(epoch(node)).as("write %d", write).isEqualTo(2);
                assertThat(blobs(node)).as("write %d", write).containsExactlyInAnyOrder(kept.hash(), alone.hash());
            }
            assertSameSets(authority, ann, ben);
        }
    }

    @Test
    void closeEpoch_authorityDiesAtAnyWrite_closedOrNotAndNeverTwice() {
        for (int write = 1; write <= 6; write++) {
            simulation = new Simulation(Simulation.seed(write));
            SimulatedNode authority = authority();
            SimulatedNode ann = member(authority);
            pass(LONG_ENOUGH);
            Publication kept = publish(ann, "kept");
            pass(Duration.ofSeconds(5));
            authority.crashAtWrite(write);
            authority.gossip().closeEpoch().exceptionally(died -> 0L);
            pass(Duration.ofSeconds(20));
            if (authority.isRunning()) {
                authority.crash(); // It wrote less often than that.
            }
            simulation.await(authority.start());
            pass(Duration.ofMinutes(2));
            close(authority);
            pass(Duration.ofMinutes(2));
            assertThat(epoch(ann)).isEqualTo(epoch(authority)).isBetween(1L, 2L);
            assertThat(blobs(ann)).containsExactly(kept.hash());
            assertSameSets(authority, ann);
        }
    }

    @Test
    void closeEpoch_authorityRestoredFromBackupClosesAnotherWay_forkIsToldAndNothingAdopted() {
        SimulatedNode authority = authority();
        SimulatedNode ann = member(authority);
        SimulatedNode ben = member(authority);
        pass(LONG_ENOUGH);
        Publication kept = publish(ann, "kept");
        pass(Duration.ofSeconds(5));
        MemoryDisk backup = authority.backup();
        simulation.partition(List.of(ben));
        close(authority);
        pass(LONG_ENOUGH);
        assertThat(epoch(ann)).isEqualTo(1);

        authority.crash();
        authority.restore(backup);
        ann.crash();
        simulation.network().heal();
        simulation.await(authority.start());
        publish(authority, "not in the first closing");
        close(authority);
        pass(Duration.ofMinutes(2));
        assertThat(epoch(ben)).isEqualTo(1);
        simulation.await(ann.start());
        pass(Duration.ofMinutes(3));

        assertThat(forked).isNotEmpty().containsOnly(1L);
        assertThatThrownBy(() -> close(authority)).hasRootCauseInstanceOf(NotPermittedException.class);
        for (SimulatedNode node : List.of(authority, ann, ben)) {
            assertThat(epoch(node)).isEqualTo(1);
            assertThat(blobs(node)).contains(kept.hash());
        }

        forked.clear();
        ann.crash();
        simulation.await(ann.start());
        pass(LONG_ENOUGH);
        assertThat(forked).as("told again after a start").contains(1L);
        assertThat(epoch(ann)).isEqualTo(1);
    }

    @Test
    void closeEpoch_hookFailsOnRemoval_calledAgainUntilItIsGone() {
        AtomicBoolean works = new AtomicBoolean();
        SimulatedNode authority = authority();
        SimulatedNode ann = simulation.add(NodePlan.member()
                .listener(listener)
                .hooks(new StorageHooks() {
                    @Override
                    public IntegrationVerdict onIntegrate(Incoming incoming) {
                        return IntegrationVerdict.ACCEPTED;
                    }

                    @Override
                    public void onRemove(Removed gone) {
                        if (!works.get()) {
                            throw new IllegalStateException("table locked");
                        }
                    }
                })
                .authority(self -> Authority.of(authority.agentId()))
                .bootstrap(authority.addresses()));
        pass(LONG_ENOUGH);
        Publication doomed = publish(authority, "doomed");
        pass(Duration.ofSeconds(5));
        simulation.await(authority.gossip().delete(List.of(doomed.entry())));
        pass(Duration.ofSeconds(5));
        close(authority);
        pass(Duration.ofMinutes(1));
        assertThat(epoch(ann)).isEqualTo(1);
        assertSameSets(authority, ann);
        assertThat(blobs(ann))
                .as("the store keeps it while the application does")
                .hasSize(1);
        ann.crash();
        simulation.await(ann.start());
        pass(Duration.ofSeconds(20));
        assertSameSets(authority, ann);

        works.set(true);
        pass(Duration.ofSeconds(20));
        assertThat(blobs(ann)).isEmpty();
        assertThat(records(ann, "epoch-leaving")).isZero();
    }

    @Test
    void closeEpoch_awayForLongAfterHandingOut_contentIsGivenBackToTheApplication() {
        SimulatedNode authority = authority();
        SimulatedNode ann = member(authority);
        SimulatedNode ben = member(authority);
        pass(LONG_ENOUGH);
        close(authority);
        pass(LONG_ENOUGH);
        simulation.partition(List.of(ann, ben));
        pass(LONG_ENOUGH);
        Publication shown = publish(ann, "ben has got it");
        pass(Duration.ofSeconds(10));
        assertThat(blobs(ben)).contains(shown.hash());
        ben.crash();
        pass(LONG_ENOUGH);
        Publication alone = publish(ann, "nobody has got it");
        for (int i = 0; i < 12; i++) {
            close(authority);
        }
        simulation.network().heal();
        pass(Duration.ofMinutes(3));

        assertThat(epoch(ann)).isEqualTo(13);
        assertThat(blobs(authority)).containsExactly(alone.hash());
        assertThat(blobs(ann)).containsExactly(alone.hash());
        assertThat(removed).singleElement().satisfies(gone -> {
            assertThat(gone.entry()).isEqualTo(shown.entry());
            assertThat(gone.reason()).isEqualTo(Removed.Reason.UNRESOLVED);
            assertThat(gone.content())
                    .hasValueSatisfying(blob -> assertThat(blob).asString(UTF_8).isEqualTo("ben has got it"));
        });
    }

    @Test
    void closeEpoch_byMember_refused() {
        SimulatedNode authority = authority();
        SimulatedNode ann = member(authority);
        pass(LONG_ENOUGH);
        assertThatThrownBy(() -> close(ann)).hasRootCauseInstanceOf(NotPermittedException.class);
    }
}
