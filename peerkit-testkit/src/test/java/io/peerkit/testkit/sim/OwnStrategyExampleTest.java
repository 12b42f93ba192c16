// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.StorageHooks;
import io.peerkit.gossip.ConnectionStrategies;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The example of docs/simulator.md: an application's hooks on ten nodes through a bad day. */
class OwnStrategyExampleTest {
    /** What the application keeps of each node; a hook may be asked twice for one entry, so it is a set. */
    private final TreeMap<Integer, SortedSet<String>> notes = new TreeMap<>();

    private StorageHooks hooksOf(int number) {
        SortedSet<String> own = notes.computeIfAbsent(number, first -> new TreeSet<>());
        return incoming -> {
            own.add(incoming.entry().toString());
            return IntegrationVerdict.ACCEPTED;
        };
    }

    @Test
    void notes_badDay_everyNodeSawWhatOthersPublished() {
        Schedule day = Schedule.random(7, 10, Duration.ofSeconds(40), List.of("forger", "withholder"))
                .and(Schedule.parse("5 partition 0,1,2; 9 publish 1 3 200; 20 heal"));

        Experiment.of(10)
                .seed(7)
                .plan(number ->
                        NodePlan.member().hooks(hooksOf(number)).connections(() -> ConnectionStrategies.bounded(4)))
                .schedule(day)
                .check(
                        "every node shows the notes of others",
                        simulation ->
                                notes.values().forEach(own -> assertThat(own).isNotEmpty()))
                .verify();
    }

    @Test
    void greeting_oneNodeAtATime_arrivesEverywhere() {
        Simulation simulation = new Simulation(Simulation.seed(1));
        SimulatedNode first = simulation.add(NodePlan.member().hooks(hooksOf(0)));
        SimulatedNode second =
                simulation.add(NodePlan.member().hooks(hooksOf(1)).bootstrap(first.addresses()));

        simulation.await(first.publish(List.of("hello".getBytes(UTF_8))));
        simulation.advanceUntilConverged(Duration.ofSeconds(30));

        simulation.checkInvariants();
        assertThat(notes.get(1)).hasSize(1);
        assertThat(second.isRunning()).isTrue();
    }
}
