// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.NodeAddress;
import io.peerkit.gossip.ConnectionStrategies;
import io.peerkit.gossip.GossipSettings;
import io.peerkit.testkit.transport.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node that has nothing meets several that have all. */
class NewcomerTest {
    private static final int ENTRIES = 10_000;
    private static final int BATCH = 500;
    private static final int BLOB_BYTES = 200;
    private static final GossipSettings.Timing NO_ROUNDS = new GossipSettings.Timing(
            Duration.ofDays(1), Duration.ofSeconds(60), Duration.ofMinutes(15), Duration.ofSeconds(30));

    private static NodePlan member() {
        return NodePlan.member().timing(NO_ROUNDS).connections(ConnectionStrategies::none);
    }

    /** The bytes that come to a newcomer which knows so many peers, until it has everything and is quiet. */
    private static long bytesIn(int peers) {
        Simulation simulation = new Simulation(Simulation.seed(1));
        simulation.network().faults(Faults.distance(Duration.ofMillis(10), Duration.ofMillis(5)));
        List<SimulatedNode> all = new ArrayList<>();
        all.add(simulation.add(member()));
        List<NodeAddress> author = all.get(0).addresses();
        for (int i = 1; i < peers; i++) {
            all.add(simulation.add(member().bootstrap(author)));
        }
        simulation.time().advance(Duration.ofSeconds(5));
        for (int i = 0; i < ENTRIES / BATCH; i++) {
            List<byte[]> blobs = new ArrayList<>();
            for (int k = 0; k < BATCH; k++) {
                byte[] blob = new byte[BLOB_BYTES];
                simulation.choices().nextBytes(blob);
                blobs.add(blob);
            }
            simulation.await(all.get(0).publish(blobs));
        }
        simulation.time().advance(Duration.ofSeconds(20));
        List<NodeAddress> addresses = new ArrayList<>();
        all.forEach(node -> addresses.addAll(node.addresses()));

        SimulatedNode late = simulation.add(member().bootstrap(addresses));
        assertThat(simulation
                        .time()
                        .advanceUntil(() -> late.contents().count().join() == ENTRIES, Duration.ofMinutes(1)))
                .isTrue();
        simulation.time().advance(Duration.ofSeconds(30));
        assertThat(simulation.await(late.gossip().status()).progress().inSync()).isEqualTo(peers);
        return simulation.await(late.gossip().status()).bytesIn();
    }

    @Test
    void start_fourPeersHaveEverything_comesHardlyMoreThanOnce() {
        assertThat((double) bytesIn(4) / bytesIn(1)).isLessThan(1.1);
    }
}
