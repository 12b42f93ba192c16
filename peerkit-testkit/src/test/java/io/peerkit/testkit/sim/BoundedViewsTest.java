// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeStatus;
import io.peerkit.gossip.ConnectionStrategies;
import io.peerkit.gossip.SpreadFigures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whole nodes that keep few neighbours each. */
class BoundedViewsTest {
    private static final int NODES = 40;
    private static final int SIZE = 4;
    private static final double FEW = 0.10;
    private static final int BURST_NODES = 8;
    private static final int BURST = 10_000;
    private static final int BATCH = 1_000;

    @Test
    void bounded_oneBootstrapNode_fewNeighboursEachAndEveryoneGetsEverything() {
        Simulation simulation = new Simulation(Simulation.seed(3));
        SimulatedNode first = simulation.add(plan(List.of()));
        List<SimulatedNode> members = new ArrayList<>(List.of(first));
        for (int i = 1; i < NODES; i++) {
            members.add(simulation.add(plan(first.addresses())));
        }
        simulation.time().advance(Duration.ofMinutes(2));
        for (int i = 0; i < NODES; i++) {
            simulation.await(members.get(i).publish(List.of(("from " + i).getBytes(UTF_8))));
        }
        simulation.advanceUntilConverged(Duration.ofMinutes(2));
        simulation.checkInvariants();
        for (NodeStatus status : simulation.statuses()) {
            assertThat(status.peers()).hasSizeBetween(SIZE - 1, SIZE + 1);
        }
        assertThat(duplicates(simulation, members)).isLessThan(FEW);
    }

    @Test
    void burst_tenThousandEntries_hardlyAnythingTwiceAndNoStorm() {
        Simulation simulation = new Simulation(Simulation.seed(5));
        SimulatedNode first = simulation.add(plan(List.of()));
        List<SimulatedNode> members = new ArrayList<>(List.of(first));
        for (int i = 1; i < BURST_NODES; i++) {
            members.add(simulation.add(plan(first.addresses())));
        }
        simulation.time().advance(Duration.ofMinutes(1));
        simulation.await(first.publish(List.of("the first".getBytes(UTF_8))));
        simulation.time().advance(Duration.ofSeconds(2));
        long before = sent(simulation);
        long bytes = 0;
        for (int batch = 0; batch < BURST / BATCH; batch++) {
            List<byte[]> blobs = new ArrayList<>();
            for (int i = 0; i < BATCH; i++) {
                blobs.add(String.format("%0256d", batch * BATCH + i).getBytes(UTF_8));
                bytes += 256;
            }
            simulation.await(first.publish(blobs));
        }
        simulation.advanceUntilConverged(Duration.ofMinutes(2));
        assertThat(duplicates(simulation, members)).isLessThan(FEW);
        // Each node gets each entry once: blob, proof and header, and is told of it by a few.
        assertThat((double) (sent(simulation) - before) / (bytes * (BURST_NODES - 1)))
                .isLessThan(4);
    }

    private static long sent(Simulation simulation) {
        return simulation.statuses().stream().mapToLong(NodeStatus::bytesOut).sum();
    }

    /** The part of the bytes of whole entries that were there already. */
    private static double duplicates(Simulation simulation, List<SimulatedNode> members) {
        long all = 0;
        long twice = 0;
        for (SimulatedNode member : members) {
            SpreadFigures figures = simulation.await(member.gossip().spread());
            all += figures.payloadBytes();
            twice += figures.duplicateBytes();
        }
        assertThat(all).isPositive();
        return (double) twice / all;
    }

    @Test
    void bounded_bootstrapNodeAndThirdOfOthersDie_restStaysTogether() {
        Simulation simulation = new Simulation(Simulation.seed(4));
        SimulatedNode first = simulation.add(plan(List.of()));
        List<SimulatedNode> members = new ArrayList<>();
        for (int i = 1; i < NODES; i++) {
            members.add(simulation.add(plan(first.addresses())));
        }
        simulation.time().advance(Duration.ofMinutes(2));
        first.crash();
        members.subList(0, NODES / 3).forEach(SimulatedNode::crash);
        simulation.time().advance(Duration.ofSeconds(30));
        simulation.await(members.get(NODES - 2).publish(List.of("still there?".getBytes(UTF_8))));
        simulation.advanceUntilConverged(Duration.ofMinutes(1));
        assertThat(simulation.statuses()).allMatch(status -> status.entries() == 1);
    }

    private static NodePlan plan(List<NodeAddress> bootstrap) {
        return NodePlan.member().bootstrap(bootstrap).connections(() -> ConnectionStrategies.bounded(SIZE));
    }
}
