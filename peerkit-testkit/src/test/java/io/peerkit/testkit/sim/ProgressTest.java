// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.NodeListener;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.SyncProgress;
import io.peerkit.gossip.ConnectionStrategies;
import io.peerkit.gossip.GossipSettings;
import io.peerkit.testkit.transport.Faults;
import io.peerkit.testkit.transport.Geography;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a node says of how far it is, and when it says that it is through. */
class ProgressTest {
    private static final GossipSettings.Timing NO_ROUNDS = new GossipSettings.Timing(
            Duration.ofDays(1), Duration.ofSeconds(60), Duration.ofMinutes(15), Duration.ofSeconds(30));

    private final Simulation simulation = new Simulation(Simulation.seed(1));

    ProgressTest() {
        simulation.network().faults(Faults.distance(Duration.ofMillis(10), Duration.ZERO));
    }

    private static NodePlan member() {
        return NodePlan.member().timing(NO_ROUNDS);
    }

    @Test
    void sync_pushedEntryIsAtTheApplication_completesWhenItIsStored() {
        CompletableFuture<IntegrationVerdict> verdict = new CompletableFuture<>();
        SimulatedNode author = simulation.add(member());
        SimulatedNode other = simulation.add(
                member().bootstrap(author.addresses()).hooks(StorageHooks.answeringLater(incoming -> verdict)));
        pass(Duration.ofSeconds(5));
        simulation.await(author.publish(blobs(1, "pushed")));
        pass(Duration.ofSeconds(1));

        CompletableFuture<Void> synced = other.gossip().sync();
        pass(Duration.ofSeconds(5));

        assertThat(synced).isNotDone();
        verdict.complete(IntegrationVerdict.ACCEPTED);
        simulation.await(synced);
        assertThat(status(other).entries()).isEqualTo(1);
    }

    @Test
    void whenInSync_bothMissEntries_bothHaveAllWhenItCompletes() {
        for (int own : new int[] {0, 30, 300}) {
            SimulatedNode one = simulation.add(member());
            simulation.await(one.publish(blobs(500, "one " + own)));
            SimulatedNode other = simulation.add(
                    member().connections(ConnectionStrategies::none).hooks(slow(simulation)));
            if (own > 0) {
                simulation.await(other.publish(blobs(own, "other " + own)));
            }
            simulation.await(one.gossip().connect(other.addresses().get(0)));

            for (SimulatedNode asker : List.of(one, other)) {
                simulation.await(asker.gossip().whenInSync((asker == one ? other : one).agentId()));
                assertThat(one.contents().count().join()).isEqualTo(500 + own);
                assertThat(other.contents().count().join()).isEqualTo(500 + own);
            }
            pass(Duration.ofSeconds(5));
            SyncProgress.Peer seen = status(one).progress().peers().get(0);
            assertThat(seen.isInSync()).isTrue();
            assertThat(seen.total()).isEqualTo(new SyncProgress.Counts(0, 0, own, 0));
            simulation.await(one.leave());
            simulation.await(other.leave());
        }
    }

    /** An application that takes a tenth of a second for each of its first entries. */
    private static StorageHooks slow(Simulation simulation) {
        List<Integer> asked = new ArrayList<>();
        return StorageHooks.answeringLater(incoming -> {
            CompletableFuture<IntegrationVerdict> verdict = new CompletableFuture<>();
            asked.add(1);
            simulation
                    .time()
                    .schedule(
                            Duration.ofMillis(asked.size() < 20 ? 100 : 0),
                            () -> verdict.complete(IntegrationVerdict.ACCEPTED));
            return verdict;
        });
    }

    @Test
    void whenInSync_peersStoreFails_completesWhenItWorksAgain() {
        SimulatedNode one = simulation.add(member());
        SimulatedNode other = simulation.add(member().bootstrap(one.addresses()));
        pass(Duration.ofSeconds(5));
        other.failStorage(true);
        simulation.await(one.publish(blobs(20, "lost at first")));
        pass(Duration.ofSeconds(1));
        CompletableFuture<Void> synced = one.gossip().whenInSync(other.agentId());
        pass(Duration.ofSeconds(30));
        assertThat(synced).isNotDone();
        assertThat(status(one).progress().inSync()).isZero();

        other.failStorage(false);
        simulation.await(synced);

        assertThat(other.contents().count().join()).isEqualTo(20);
        assertThat(status(one).progress().inSync()).isEqualTo(1);
    }

    @Test
    void whenInSync_withheldEntries_doNotHoldItUpAndAreTold() {
        SimulatedNode author = simulation.add(member());
        simulation.await(author.publish(blobs(100, "declined")));
        SimulatedNode declining =
                simulation.add(member().bootstrap(author.addresses()).hooks(incoming -> IntegrationVerdict.REJECTED));
        pass(Duration.ofSeconds(10));
        simulation.await(author.stop());
        SimulatedNode third = simulation.add(member().bootstrap(declining.addresses()));
        pass(Duration.ofSeconds(5));

        simulation.await(third.gossip().whenInSync(declining.agentId()));

        SyncProgress.Peer seen = status(third).progress().peers().get(0);
        assertThat(seen.scopes().get(0).withheld()).isEqualTo(100);
        assertThat(seen.total().missing()).isZero();
    }

    @Test
    void whenInSync_unknownGoneOrWithoutEntries_failsAndSaysSo() {
        SimulatedNode one = simulation.add(member());
        SimulatedNode other = simulation.add(member().bootstrap(one.addresses()));
        SimulatedNode relay = simulation.add(NodePlan.infrastructure().bootstrap(one.addresses()));
        SimulatedNode stranger = simulation.add(member());
        pass(Duration.ofSeconds(20));

        assertThatThrownBy(() -> simulation.await(one.gossip().whenInSync(stranger.agentId())))
                .hasCauseInstanceOf(PeerUnreachableException.class);
        assertThatThrownBy(() -> simulation.await(one.gossip().whenInSync(relay.agentId())))
                .hasCauseInstanceOf(ProtocolRefusedException.class);
        assertThat(status(one).progress().connected()).isEqualTo(1);
        CompletableFuture<Void> synced = one.gossip().whenInSync(other.agentId());
        other.crash();
        assertThatThrownBy(() -> simulation.await(synced)).hasCauseInstanceOf(PeerUnreachableException.class);
    }

    @Test
    void syncProgress_longCatchUp_toldOnceASecondAtMostAndTheEndAlways() {
        // 2,000,000 bytes a second, and 8 MB to bring.
        simulation
                .network()
                .links(new Geography(
                        1,
                        Duration.ZERO,
                        Duration.ofMillis(1),
                        0,
                        (place, random) -> new Geography.Speed(2_000_000, 2_000_000)));
        SimulatedNode author = simulation.add(member());
        for (int i = 0; i < 8; i++) {
            List<byte[]> blobs = new ArrayList<>();
            for (int k = 0; k < 100; k++) {
                byte[] blob = new byte[10_000];
                simulation.choices().nextBytes(blob);
                blobs.add(blob);
            }
            simulation.await(author.publish(blobs));
        }
        List<SyncProgress> told = new ArrayList<>();
        List<Duration> when = new ArrayList<>();
        SimulatedNode late =
                simulation.add(member().bootstrap(author.addresses()).listener(new NodeListener() {
                    @Override
                    public void syncProgress(SyncProgress progress) {
                        told.add(progress);
                        when.add(simulation.time().elapsed());
                    }
                }));
        List<Long> owed = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            pass(Duration.ofMillis(500));
            SyncProgress now = status(author).progress();
            owed.add(now.total().owed());
        }

        assertThat(told).hasSizeBetween(3, 15);
        for (int i = 1; i < when.size(); i++) {
            assertThat(when.get(i).minus(when.get(i - 1))).isGreaterThanOrEqualTo(Duration.ofMillis(990));
        }
        for (SyncProgress each : told) {
            SyncProgress.Counts sum = each.total();
            assertThat(sum.done() + sum.missing()).isIn(0L, 800L);
            assertThat(sum.fetching()).isLessThanOrEqualTo(sum.missing());
        }
        assertThat(told)
                .anyMatch(each -> each.total().done() > 0 && each.total().missing() > 0);
        SyncProgress last = told.get(told.size() - 1);
        assertThat(last.total()).isEqualTo(new SyncProgress.Counts(0, 0, 800, 0));
        assertThat(last.inSync()).isEqualTo(1);
        assertThat(last.since()).isPresent();
        // The author sees its debt shrink as the other tells what it stored.
        assertThat(owed).anyMatch(debt -> debt > 0 && debt < 800).endsWith(0L);
        assertThat(status(late).entries()).isEqualTo(800);
        assertThat(status(author).progress().inSync()).isEqualTo(1);
        assertThat(status(author).sessions().outcomes()).containsKey("done");
    }

    private void pass(Duration duration) {
        simulation.time().advance(duration);
    }

    private NodeStatus status(SimulatedNode node) {
        return simulation.await(node.gossip().status());
    }

    private static List<byte[]> blobs(int count, String text) {
        List<byte[]> blobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blobs.add((text + " " + i).getBytes(UTF_8));
        }
        return blobs;
    }
}
