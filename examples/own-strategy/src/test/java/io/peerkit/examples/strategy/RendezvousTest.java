// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.strategy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.Members;
import io.peerkit.testkit.sim.NodePlan;
import io.peerkit.testkit.sim.SimulatedNode;
import io.peerkit.testkit.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RendezvousTest {
    private final Simulation simulation = new Simulation(Simulation.seed(1));
    private final List<SimulatedNode> nodes = new ArrayList<>();

    @Test
    void publish_sevenNodesTwoCopies_thoseWhoScoreHighestHaveIt() {
        for (int i = 0; i < 7; i++) {
            NodePlan plan = NodePlan.member().distribution(() -> Rendezvous.of(2));
            nodes.add(simulation.add(i == 0 ? plan : plan.bootstrap(nodes.get(0).addresses())));
        }
        simulation.time().advance(Duration.ofSeconds(30));
        List<BlobHash> published = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            byte[] blob = ("note " + i).getBytes(UTF_8);
            simulation.await(nodes.get(i % 7).publish(List.of(blob)));
            published.add(BlobHash.ofBlob(blob));
        }
        simulation.time().advance(Duration.ofMinutes(1));

        List<AgentId> agents = nodes.stream().map(SimulatedNode::agentId).toList();
        DistributionStrategy placed = Rendezvous.of(2).among(Members.of(agents));
        for (SimulatedNode node : nodes) {
            int expected = 0;
            for (int i = 0; i < published.size(); i++) {
                List<AgentId> holders = placed.locate(published.get(i), agents).subList(0, 2);
                expected += holders.contains(node.agentId()) || node.equals(nodes.get(i % 7)) ? 1 : 0;
            }
            assertThat(simulation.await(node.gossip().status()).entries()).isEqualTo(expected);
        }
    }
}
