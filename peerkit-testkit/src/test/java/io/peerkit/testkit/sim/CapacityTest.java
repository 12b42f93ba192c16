// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.NodeStatus;
import io.peerkit.api.agent.NodeCapacity;
import io.peerkit.gossip.ConnectionStrategies;
import io.peerkit.testkit.transport.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Nodes that have little to spare, among others that have much. */
class CapacityTest {
    private static final long RATE = 40_000;

    /** A second's worth at once, and what waits in the windows of five push streams and two sessions: sent, but not taken; and cards. */
    private static final long SLACK = RATE + 7 * 262_144 + 50_000;

    private final Simulation simulation = new Simulation(Simulation.seed(1));

    CapacityTest() {
        simulation.network().faults(Faults.distance(Duration.ofMillis(10), Duration.ofMillis(5)));
    }

    private List<SimulatedNode> big(int count, Supplier<NodePlan> plan) {
        List<SimulatedNode> nodes = new ArrayList<>();
        nodes.add(simulation.add(plan.get()));
        for (int i = 1; i < count; i++) {
            nodes.add(simulation.add(plan.get().bootstrap(nodes.get(0).addresses())));
        }
        return nodes;
    }

    @Test
    void phone_amongBigNodes_keepsToItsBudgetAndGetsEverything() {
        List<SimulatedNode> nodes = big(6, NodePlan::member);
        NodeCapacity capacity = NodeCapacity.unlimited().bandwidth(RATE).connections(3);
        SimulatedNode phone = simulation.add(
                NodePlan.member().capacity(capacity).bootstrap(nodes.get(0).addresses()));
        pass(Duration.ofSeconds(30));
        NodeStatus before = status(phone);
        assertThat(before.peers()).hasSizeBetween(1, 3 + 2);
        Duration begin = simulation.time().elapsed();

        for (int i = 0; i < 60; i++) {
            List<byte[]> blobs = new ArrayList<>();
            for (int k = 0; k < 10; k++) {
                byte[] blob = new byte[8_000];
                simulation.choices().nextBytes(blob);
                blobs.add(blob);
            }
            simulation.await(nodes.get(i % nodes.size()).publish(blobs));
            pass(Duration.ofMillis(50));
            assertWithinBudget(before, phone, begin);
        }
        simulation.await(phone.publish(List.of("from the phone".getBytes(UTF_8))));
        while (status(phone).entries() < 601 || status(nodes.get(5)).entries() < 601) {
            pass(Duration.ofSeconds(1));
            assertWithinBudget(before, phone, begin);
            assertThat(simulation.time().elapsed().minus(begin)).isLessThan(Duration.ofMinutes(10));
        }

        // In no more than twice what its line takes for all of it once: some comes twice.
        long seconds = simulation.time().elapsed().minus(begin).toSeconds();
        assertThat(seconds).isLessThan(2 * 601 * 8_250 / RATE);
        // It passes nothing on: what it gave is its own entry, announcements and questions.
        assertThat(status(phone).bytesOut() - before.bytesOut()).isLessThan(300_000);
    }

    private void assertWithinBudget(NodeStatus before, SimulatedNode phone, Duration begin) {
        NodeStatus now = status(phone);
        long most = SLACK + RATE * simulation.time().elapsed().minus(begin).toMillis() / 1_000;
        assertThat(now.bytesIn() - before.bytesIn()).isLessThan(most);
        assertThat(now.bytesOut() - before.bytesOut()).isLessThan(most);
    }

    @Test
    void connections_manyAgentsConnectToAll_phoneIsLeftAloneAndInTouch() {
        List<SimulatedNode> nodes = big(15, NodePlan::member);
        NodePlan phone = NodePlan.member()
                .capacity(NodeCapacity.phone())
                .bootstrap(nodes.get(0).addresses());
        List<SimulatedNode> phones = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            phones.add(simulation.add(phone));
        }
        pass(Duration.ofMinutes(5));

        for (SimulatedNode each : phones) {
            assertThat(status(each).peers()).hasSizeBetween(2, 4 + 2);
        }
        simulation.await(phones.get(0).publish(List.of("from a phone".getBytes(UTF_8))));
        simulation.advanceUntilConverged(Duration.ofMinutes(2));
        simulation.checkInvariants();
    }

    @Test
    void connections_nothingButPhones_oneNetwork() {
        List<SimulatedNode> nodes = big(
                20,
                () -> NodePlan.member()
                        .connections(ConnectionStrategies::adaptive)
                        .capacity(NodeCapacity.unlimited().connections(4)));
        pass(Duration.ofMinutes(5));
        for (SimulatedNode node : nodes) {
            assertThat(status(node).peers()).hasSizeBetween(1, 4 + 2);
        }
        for (SimulatedNode node : nodes) {
            simulation.await(node.publish(List.of(("from " + node.agentId()).getBytes(UTF_8))));
        }
        simulation.advanceUntilConverged(Duration.ofMinutes(5));
        simulation.checkInvariants();
    }

    private void pass(Duration duration) {
        simulation.time().advance(duration);
    }

    private NodeStatus status(SimulatedNode node) {
        return simulation.await(node.gossip().status());
    }
}
