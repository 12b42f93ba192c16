// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.WriteBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExperimentTest {
    private static final Schedule BUSY = Schedule.parse(
            "1 publish 0 2 100; 2 publish 1 1 100; 3 crash 1; 4 publish 2 3 100; 5 start 1; 6 partition 0,1; "
                    + "7 publish 0 1 50; 8 publish 3 1 50; 12 heal; 13 publish 2 1 60; 14 join 4; 15 publish 4 1 70");

    @Test
    void run_sameSeed_sameTraceAndOtherSeedAnother() {
        Experiment experiment = Experiment.of(4).schedule(BUSY);

        String trace = experiment.run().traceHash();

        assertThat(experiment.run().traceHash()).isEqualTo(trace);
        assertThat(experiment.seed(2).run().traceHash()).isNotEqualTo(trace);
    }

    @Test
    void run_busySchedule_everythingHappens() {
        Simulation simulation = Experiment.of(4).schedule(BUSY).run();

        assertThat(simulation.acknowledged()).isEqualTo(10);
        assertThat(simulation.nodes()).hasSize(5);
        assertThat(simulation.coverage()).isEqualTo(1);
        assertThat(simulation.spreads()).allMatch(spread -> spread.reached() == 5);
        assertThat(simulation.payload().useful()).isPositive();
        // All four are connected to each other, so that some announce to each other what both have.
        assertThat(Recorder.reach(simulation.spreads()).hopsFor(1)).isBetween(1, 4);
    }

    @Test
    void run_nodeLeavesWithTheOnlyCopy_notMissed() {
        Simulation simulation = Experiment.of(3)
                .schedule(Schedule.parse("1 partition 2; 2 publish 2 1 100; 3 publish 0 1 100; 4 leave 2; 5 heal"))
                .run();

        assertThat(simulation.acknowledged()).isEqualTo(2);
        assertThat(simulation.spreads()).extracting(Spread::reached).containsExactly(1, 2);
    }

    @Test
    void run_crashAtAWrite_comesBackWithWhatItAcknowledged() {
        Simulation simulation = Experiment.of(3)
                .schedule(Schedule.parse(
                        "1 publish 1 1 100; 2 crash-at-write 1 1; 2.001 publish 1 1 100; 3 publish 0 1 100; 6 start 1"))
                .run();

        // What it was writing when it died was never acknowledged, and may or may not be there.
        assertThat(simulation.acknowledged()).isEqualTo(2);
        assertThat(simulation.nodes()).allMatch(SimulatedNode::isRunning);
    }

    @ParameterizedTest
    @MethodSource("roles")
    void run_eachHostileRole_correctNodesAgree(String role) {
        Simulation simulation = Experiment.of(5)
                .schedule(Schedule.parse("0 hostile " + role + "; 1 publish 0 2 100; 4 publish 3 2 100; 8 crash 2; "
                        + "9 publish 1 5 300; 12 start 2; 20 publish 4 1 40; 40 publish 0 1 100"))
                .run();

        assertThat(simulation.acknowledged()).isGreaterThanOrEqualTo(10);
    }

    static List<String> roles() {
        return List.copyOf(HostileRoles.byName().keySet());
    }

    @Test
    void role_ofTheApplication_comesAtItsTime() {
        List<Duration> came = new ArrayList<>();
        Experiment.of(2)
                .role("visitor", (simulation, victims, chance) -> {
                    assertThat(victims).isNotEmpty();
                    came.add(simulation.time().elapsed());
                })
                .schedule(Schedule.parse("3 hostile visitor"))
                .run();

        assertThat(came)
                .singleElement()
                .satisfies(at -> assertThat(at).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(4)));
    }

    @Test
    void run_roleThatNobodyKnows_failsByName() {
        assertThatThrownBy(() -> Experiment.of(2)
                        .schedule(Schedule.parse("0 hostile nobody"))
                        .run())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("no hostile role nobody");
    }

    /** A store that acknowledges a write and forgets it. */
    private static final class Forgetful extends ForwardingStorage {
        private Forgetful(Storage honest) {
            super(honest);
        }

        @Override
        public CompletableFuture<BitSet> write(WriteBatch batch) {
            boolean forget = batch.entries().stream().anyMatch(entry -> entry.bytes() > 700);
            if (!forget) {
                return honest.write(batch);
            }
            BitSet all = new BitSet();
            all.set(0, batch.entries().size());
            return CompletableFuture.completedFuture(all);
        }
    }

    @Test
    void verify_storeForgetsLargeEntries_shortestScheduleNamed() {
        Experiment experiment = Experiment.of(4)
                .seed(11)
                .plan(number -> number == 2 ? NodePlan.member().store(Forgetful::new) : NodePlan.member())
                .schedule(BUSY.with(Duration.ofSeconds(10), new SimEvent.Publish(2, 1, 900)))
                .settle(Duration.ofSeconds(40));

        assertThatThrownBy(experiment::verify)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("1 of 13 steps")
                .hasMessageContaining("-Dpeerkit.sim.seed=11")
                .hasMessageContaining("'-Dpeerkit.sim.schedule=10 publish 2 1 900'");
    }

    @Test
    void verify_nothingToShrinkWith_saysSoAtOnce() {
        assertThatThrownBy(() -> Experiment.of(2)
                        .schedule(BUSY)
                        .shrinkTime(Duration.ZERO)
                        .check("never", simulation -> {
                            throw new IllegalStateException("as asked");
                        })
                        .verify())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("never: as asked")
                .hasMessageContaining("found in 0 runs, 12 of 12 steps");
    }

    @Test
    void run_limitsExceeded_failsByName() {
        Experiment experiment = Experiment.of(5).schedule(BUSY);

        assertThatThrownBy(() ->
                        experiment.limits(new Limits(4, 1_000_000, 1, 4_096)).run())
                .hasMessageContaining("storm")
                .hasMessageContaining("bytes that are no entries");
        assertThatThrownBy(() ->
                        experiment.limits(new Limits(4, 1_000_000, 65_536, 1)).run())
                .hasMessageContaining("memory")
                .hasMessageContaining("tasks and frames waited");
        // Less than nothing: how much comes twice depends on every detail of the protocols.
        assertThatThrownBy(() ->
                        experiment.limits(new Limits(0, -1, 65_536, 4_096)).run())
                .hasMessageContaining("storm")
                .hasMessageContaining("came for nothing");
    }

    @Test
    void withoutFullCopies_nodesThatDiffer_onlyOwnChecksCount() {
        List<Long> counts = new ArrayList<>();
        Experiment.of(3)
                .plan(number -> number == 2 ? NodePlan.member().store(Forgetful::new) : NodePlan.member())
                .schedule(Schedule.parse("2 publish 2 1 900; 3 publish 0 1 100"))
                .withoutFullCopies()
                .settle(Duration.ofSeconds(20))
                .check(
                        "counted",
                        simulation -> simulation
                                .nodes()
                                .forEach(node ->
                                        counts.add(node.contents().count().join())))
                .run();

        assertThat(counts).hasSize(3).last().isEqualTo(1L);
    }

    @Test
    void look_everySecond_timePassesInBetween() {
        Recorder recorder = new Recorder(sample -> {});

        Experiment.of(3).schedule(BUSY).look(Duration.ofSeconds(1), recorder).run();

        assertThat(recorder.samples()).hasSizeGreaterThan(14);
        assertThat(recorder.samples())
                .extracting(Recorder.Sample::at)
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(recorder.samples()).extracting(Recorder.Sample::wireBytes).isSorted();
        assertThat(recorder.samples()).allMatch(sample -> sample.coverage() > 0 && sample.coverage() <= 1);
    }
}
