// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.NodeAddress;
import io.peerkit.testkit.transport.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Twenty whole nodes through everything that can go wrong, several times. */
class SimulationTest {
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    /** How many seeds to try; more make a longer search. */
    private static final String RUNS_PROPERTY = "peerkit.sim.runs";

    static LongStream seeds() {
        return Long.getLong(Simulation.SEED_PROPERTY) == null
                ? LongStream.rangeClosed(1, Long.getLong(RUNS_PROPERTY, 5))
                : LongStream.of(Long.getLong(Simulation.SEED_PROPERTY));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void twentyNodes_lossDelayReorderPartitionRestartHostileAndStranger_agree(long seed) {
        Simulation simulation = new Simulation(Simulation.seed(seed));
        Scenario scenario = new Scenario(simulation, 20);

        scenario.play();

        Duration took = simulation.advanceUntilConverged(DEADLINE);
        simulation.checkInvariants();
        assertThat(simulation.acknowledged()).isGreaterThan(200);
        assertThat(simulation.attacks()).isGreaterThan(100);
        assertThat(simulation.await(scenario.stranger.gossip().status()).peers())
                .isEmpty();
        assertThat(simulation.await(scenario.stranger.gossip().status()).entries())
                .isEqualTo(1);
        System.out.println("seed " + seed + ": " + simulation.acknowledged() + " publications agreed "
                + took.toSeconds() + " s after the last fault, "
                + simulation.time().steps() + " tasks, "
                + simulation.traceEvents() + " events, "
                + simulation.time().elapsed().toSeconds() + " s simulated");
    }

    @Test
    void replay_sameSeed_sameTraceAndOtherSeedAnother() {
        long seed = Simulation.seed(42);
        String first = traceOf(seed);

        assertThat(traceOf(seed)).isEqualTo(first);
        assertThat(traceOf(seed + 1)).isNotEqualTo(first);
        System.out.println("seed " + seed + ": trace " + first);
    }

    private static String traceOf(long seed) {
        Simulation simulation = new Simulation(seed);
        new Scenario(simulation, 7).play();
        simulation.advanceUntilConverged(DEADLINE);
        simulation.checkInvariants();
        assertThat(simulation.traceEvents()).isGreaterThan(1_000);
        return simulation.traceHash();
    }

    /** The story; whom it hits and when is drawn from the simulation's chance. */
    private static final class Scenario {
        private final Simulation simulation;
        private final RandomGenerator choices;
        private final List<SimulatedNode> members = new ArrayList<>();
        private final SimulatedNode stranger;
        private int published;

        private Scenario(Simulation simulation, int size) {
            this.simulation = simulation;
            this.choices = simulation.choices();
            simulation.network().faults(bad());
            members.add(simulation.add(NodePlan.member()));
            List<NodeAddress> bootstrap = members.get(0).addresses();
            for (int i = 1; i < size; i++) {
                Duration slowness = i % 5 == 0 ? Duration.ofNanos(300_000) : Duration.ZERO;
                members.add(
                        simulation.add(NodePlan.member().bootstrap(bootstrap).taskCost(slowness)));
            }
            stranger = simulation.add(NodePlan.stranger().bootstrap(bootstrap));
            List<NodeAddress> victims = new ArrayList<>();
            members.subList(0, size / 2).forEach(node -> victims.addAll(node.addresses()));
            simulation.addHostile(victims);
        }

        private static Faults bad() {
            return Faults.distance(Duration.ofMillis(5), Duration.ofMillis(60))
                    .withSpikes(0.005, Duration.ofSeconds(2))
                    .withLoss(0.05, 0.0005, 0.05)
                    .withDuplicates(0.05);
        }

        private void play() {
            simulation.await(stranger.publish(List.of("not of this network".getBytes(UTF_8))));
            publishForAWhile(20);
            members.get(1).stepClock(Duration.ofMinutes(-30));
            members.get(2).stepClock(Duration.ofMinutes(5));
            publishForAWhile(20);
            simulation.partition(members.subList(0, members.size() / 2));
            publishForAWhile(30);
            List<SimulatedNode> crashed = crashSome();
            publishForAWhile(20);
            simulation.network().heal();
            crashed.forEach(node -> simulation.await(node.start()));
            members.get(3).failStorage(true);
            publishForAWhile(20);
            members.get(3).failStorage(false);
            // Somebody set the clocks right.
            members.get(1).stepClock(Duration.ofMinutes(30));
            members.get(2).stepClock(Duration.ofMinutes(-5));
        }

        /** Lets so many seconds pass, publishing at random nodes. */
        private void publishForAWhile(int seconds) {
            for (int i = 0; i < seconds; i++) {
                for (int k = choices.nextInt(4); k > 0; k--) {
                    publishAtRandom();
                }
                simulation.time().advance(Duration.ofMillis(500 + choices.nextInt(1_000)));
            }
        }

        private void publishAtRandom() {
            SimulatedNode node = members.get(choices.nextInt(members.size()));
            if (!node.isRunning()) {
                return;
            }
            List<byte[]> blobs = new ArrayList<>();
            for (int count = 1 + choices.nextInt(5); count > 0; count--) {
                byte[] blob = ("publication " + published++ + " of this run ").getBytes(UTF_8);
                blobs.add(Arrays.copyOf(blob, blob.length + choices.nextInt(2_000)));
            }
            // Those at a node that fails or dies may stay without an answer.
            CompletableFuture<?> unused = node.publish(blobs).exceptionally(failure -> List.of());
        }

        private List<SimulatedNode> crashSome() {
            List<SimulatedNode> crashed = new ArrayList<>();
            for (int i = 0; i < members.size() / 5; i++) {
                SimulatedNode node = members.get(choices.nextInt(members.size()));
                if (node.isRunning() && node != members.get(3)) {
                    // In the middle of its work: something waits for its disk.
                    CompletableFuture<?> unused = node.publish(List.of(("last words " + i).getBytes(UTF_8)))
                            .exceptionally(e -> List.of());
                    simulation.time().advance(Duration.ofNanos(choices.nextInt(2_000_000)));
                    node.crash();
                    crashed.add(node);
                }
            }
            return crashed;
        }
    }
}
