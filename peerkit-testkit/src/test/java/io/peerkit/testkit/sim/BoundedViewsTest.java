// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeStatus;
import io.peerkit.gossip.ConnectionStrategies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whole nodes that keep few neighbours each. */
class BoundedViewsTest {
    private static final int NODES = 40;
    private static final int SIZE = 4;

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
