// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.api.NodeAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One run of an {@link Experiment}. */
final class ExperimentRun {
    /** How often it looks whether the nodes agree. */
    private static final Duration CONVERGENCE_LOOK = Duration.ofMillis(500);

    /** A hostile peer connects to so many nodes at most. */
    private static final int VICTIMS = 3;

    /** What happened last is acknowledged by then, and counts. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final Experiment experiment;
    private final Simulation simulation;
    private final Map<Integer, SimulatedNode> nodes = new TreeMap<>();
    private final Map<Integer, Duration> clocks = new HashMap<>();
    private final Set<Integer> brokenDisks = new LinkedHashSet<>();
    private Duration nextLook = Duration.ZERO;
    private long mostTasks;

    ExperimentRun(Experiment experiment) {
        this.experiment = experiment;
        this.simulation = new Simulation(experiment.seed);
        simulation.network().faults(experiment.faults);
        simulation.network().links(experiment.links.apply(experiment.seed));
    }

    Simulation run() {
        guarded("run", () -> {
            for (int i = 0; i < experiment.nodes; i++) {
                SimulatedNode node = simulation.addStopped(planOf(i));
                nodes.put(i, node);
                await(node.start());
            }
            play();
            endOutages();
            pass(LAST_WORDS);
        });
        if (experiment.uniform) {
            guarded("convergence", () -> converge("after all outages", () -> true));
            guarded("contents", simulation::checkInvariants);
        } else {
            pass(experiment.settle);
        }
        guarded("storm", this::checkStorm);
        guarded("memory", this::checkMemory);
        experiment.checks.forEach((name, check) -> guarded(name, () -> check.accept(simulation)));
        return simulation;
    }

    /** Whatever is thrown counts as a failure of the check. */
    private void guarded(String check, Runnable what) {
        try {
            what.run();
        } catch (CheckFailure failure) {
            throw failure;
        } catch (AssertionError | RuntimeException failure) {
            throw new CheckFailure(check, failure.getMessage(), failure);
        }
    }

    private NodePlan planOf(int number) {
        NodePlan plan = experiment.plan.apply(number);
        if (number == 0) {
            return plan;
        }
        if (experiment.contacts == 1) {
            return plan.bootstrap(simulation.nodes().get(0).addresses());
        }
        SplittableRandom chance = chanceOf("contacts", number);
        Set<NodeAddress> contacts = new LinkedHashSet<>();
        List<SimulatedNode> there = new ArrayList<>(nodes.values());
        for (int i = 0; i < experiment.contacts; i++) {
            contacts.addAll(there.get(chance.nextInt(there.size())).addresses());
        }
        return plan.bootstrap(List.copyOf(contacts));
    }

    /** Chance that does not depend on what happened before, so that a shorter schedule is otherwise the same. */
    private SplittableRandom chanceOf(String what, long number) {
        return new SplittableRandom(experiment.seed * 0x9E3779B97F4A7C15L + what.hashCode() * 31L + number);
    }

    // Time.

    private void play() {
        Duration begin = simulation.time().elapsed();
        Duration waited = Duration.ZERO;
        for (Schedule.Step step : experiment.schedule.steps()) {
            pass(begin.plus(waited).plus(step.at()).minus(simulation.time().elapsed()));
            apply(step.event());
            if (step.event() instanceof SimEvent.Heal && canConverge()) {
                Duration before = simulation.time().elapsed();
                guarded(
                        "convergence",
                        () -> converge("after the partition that healed at " + step.at(), this::canConverge));
                // What follows follows later.
                waited = waited.plus(simulation.time().elapsed().minus(before));
            }
        }
    }

    private void pass(Duration duration) {
        Duration end = simulation.time().elapsed().plus(duration);
        while (simulation.time().elapsed().compareTo(end) < 0) {
            Duration left = end.minus(simulation.time().elapsed());
            Duration untilLook = nextLook.minus(simulation.time().elapsed());
            if (untilLook.compareTo(left) > 0) {
                simulation.time().advance(left);
            } else {
                if (!untilLook.isNegative()) {
                    simulation.time().advance(untilLook);
                }
                look();
            }
        }
    }

    private void look() {
        mostTasks = Math.max(mostTasks, simulation.time().pending());
        experiment.look.accept(simulation);
        nextLook = simulation.time().elapsed().plus(experiment.lookEvery);
    }

    private void await(CompletableFuture<?> future) {
        simulation.await(future);
        if (simulation.time().elapsed().compareTo(nextLook) >= 0) {
            look();
        }
    }

    private boolean canConverge() {
        return experiment.uniform
                && brokenDisks.isEmpty()
                && clocks.values().stream().allMatch(Duration::isZero)
                && nodes.values().stream().allMatch(node -> node.isRunning() || node.isGone());
    }

    /** Waits until they agree, or cannot any more: one that was to crash at a write may do so only now. */
    private void converge(String when, BooleanSupplier possible) {
        Duration end = simulation.time().elapsed().plus(experiment.settle);
        while (possible.getAsBoolean() && !simulation.converged()) {
            if (simulation.time().elapsed().compareTo(end) >= 0) {
                throw simulation.failure(
                        "no agreement " + when + " within " + experiment.settle + ":" + simulation.summary());
            }
            pass(CONVERGENCE_LOOK);
        }
    }

    // What happens.

    private void apply(SimEvent event) {
        if (event instanceof SimEvent.Publish e) {
            running(e.node(), node -> publish(node, e));
        } else if (event instanceof SimEvent.Join e) {
            join(e.node());
        } else if (event instanceof SimEvent.Leave e) {
            present(e.node(), node -> await(node.leave()));
            forget(e.node());
        } else if (event instanceof SimEvent.Crash e) {
            running(e.node(), SimulatedNode::crash);
        } else if (event instanceof SimEvent.CrashAtWrite e) {
            running(e.node(), node -> node.crashAtWrite(Math.max(1, e.writes())));
        } else if (event instanceof SimEvent.Start e) {
            present(e.node(), node -> start(e.node(), node));
        } else if (event instanceof SimEvent.Partition e) {
            simulation.partition(
                    e.part().stream().filter(nodes::containsKey).map(nodes::get).toList());
        } else if (event instanceof SimEvent.Heal) {
            simulation.network().heal();
        } else if (event instanceof SimEvent.Cut e) {
            running(e.node(), node -> simulation.network().cut(node.nodeId()));
        } else if (event instanceof SimEvent.StepClock e) {
            present(e.node(), node -> step(e.node(), node, e.by()));
        } else if (event instanceof SimEvent.BreakDisk e) {
            running(e.node(), node -> breakDisk(e.node(), node));
        } else if (event instanceof SimEvent.MendDisk e) {
            mend(e.node());
        } else if (event instanceof SimEvent.Weather e) {
            simulation.network().faults(e.faults());
        } else if (event instanceof SimEvent.Hostile e) {
            hostile(e);
        }
    }

    private void present(int number, Consumer<SimulatedNode> what) {
        SimulatedNode node = nodes.get(number);
        if (node != null && !node.isGone()) {
            what.accept(node);
        }
    }

    private void running(int number, Consumer<SimulatedNode> what) {
        present(number, node -> {
            if (node.isRunning()) {
                what.accept(node);
            }
        });
    }

    private void publish(SimulatedNode node, SimEvent.Publish event) {
        // Different at each moment and node, whatever else the schedule has.
        SplittableRandom chance =
                chanceOf("publish", simulation.time().elapsed().toNanos() * 65_537 + event.node());
        // At a node that fails or dies it may stay without an answer.
        CompletableFuture<?> unused = node.publish(RandomBlobs.some(chance, event.count(), event.bytes()))
                .exceptionally(failure -> List.of());
    }

    private void join(int number) {
        if (!nodes.containsKey(number)) {
            SimulatedNode node = simulation.addStopped(planOf(number));
            nodes.put(number, node);
            await(node.start());
        }
    }

    private void start(int number, SimulatedNode node) {
        if (!node.isRunning()) {
            await(node.start());
            brokenDisks.remove(number);
        }
    }

    private void step(int number, SimulatedNode node, Duration by) {
        node.stepClock(by);
        clocks.merge(number, by, Duration::plus);
    }

    private void breakDisk(int number, SimulatedNode node) {
        node.failStorage(true);
        brokenDisks.add(number);
    }

    private void mend(int number) {
        if (brokenDisks.remove(number)) {
            running(number, node -> node.failStorage(false));
        }
    }

    private void forget(int number) {
        brokenDisks.remove(number);
        clocks.remove(number);
    }

    private void hostile(SimEvent.Hostile event) {
        HostileRole role = experiment.roles.get(event.role());
        if (role == null) {
            throw new IllegalArgumentException(
                    "no hostile role " + event.role() + "; there are " + String.join(", ", experiment.roles.keySet()));
        }
        SplittableRandom chance =
                chanceOf(event.role(), simulation.time().elapsed().toNanos());
        List<SimulatedNode> all = new ArrayList<>(nodes.values());
        Set<NodeAddress> victims = new LinkedHashSet<>();
        for (int i = 0; i < VICTIMS; i++) {
            victims.addAll(all.get(chance.nextInt(all.size())).addresses());
        }
        role.join(simulation, List.copyOf(victims), chance);
    }

    private void endOutages() {
        simulation.network().heal();
        simulation.network().faults(experiment.faults);
        List.copyOf(brokenDisks).forEach(this::mend);
        clocks.forEach((number, off) -> present(number, node -> node.stepClock(off.negated())));
        clocks.clear();
        nodes.forEach((number, node) -> {
            if (!node.isGone()) {
                // One that was about to die at a write would do so only now.
                if (node.isRunning()) {
                    node.crashAtWrite(0);
                }
                start(number, node);
            }
        });
    }

    // What must hold.

    private void checkStorm() {
        Simulation.Payload payload = simulation.payload();
        Limits limits = experiment.limits;
        double allowed = payload.useful() * limits.duplicateShare()
                + (double) limits.duplicateSlack() * simulation.nodes().size();
        if (payload.duplicate() > allowed) {
            throw simulation.failure(payload.duplicate() + " bytes of entries came for nothing, beside "
                    + payload.useful() + " that were needed; at most " + Math.round(allowed));
        }
        long carried = simulation.network().carriedBytes();
        double others = carried - payload.useful() - payload.duplicate();
        double seconds = simulation.time().elapsed().toMillis() / 1e3;
        double perNodeSecond = others / simulation.nodes().size() / Math.max(1, seconds);
        if (perNodeSecond > limits.bytesPerNodeSecond()) {
            throw simulation.failure(Math.round(perNodeSecond)
                    + " bytes that are no entries for each node and second, at most " + limits.bytesPerNodeSecond());
        }
    }

    private void checkMemory() {
        long allowed =
                (long) experiment.limits.tasksPerNode() * simulation.nodes().size();
        if (mostTasks > allowed) {
            throw simulation.failure(mostTasks + " tasks and frames waited at a time, at most " + allowed);
        }
    }
}
