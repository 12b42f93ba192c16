// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.testkit.transport.Faults;
import io.peerkit.testkit.transport.LinkModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongFunction;

/**
 * A simulated network, what happens to it, and what must hold in the end. Every wither gives a changed copy.
 *
 * <p>A run starts the nodes, plays the schedule, then ends all outages (partition, weather, disks, clocks; nodes that crashed and
 * did not leave come back) and waits until all correct nodes agree. Then, in this order, it checks that
 * <ul>
 *   <li><b>convergence</b>: they agree within the deadline, also after each partition that is healed in between, as far as clocks
 *       and disks are right at that time,
 *   <li><b>contents</b>: every store has the right bytes of every entry that a node which did not leave for good had acknowledged,
 *       and nothing that nobody published,
 *   <li><b>storm</b>, <b>memory</b>: {@link Limits} are kept,
 *   <li>the experiment's own checks hold.
 * </ul>
 *
 * <p>When something does not hold, {@link #verify} looks for the shortest schedule that fails in the same check, and says how
 * to repeat it: with the properties {@value Simulation#SEED_PROPERTY} and {@value #SCHEDULE_PROPERTY}.
 */
public final class Experiment {
    /** Names the system property that replaces the schedule, in its text form, or as {@code @file}. */
    public static final String SCHEDULE_PROPERTY = "peerkit.sim.schedule";

    /** How long {@link #verify} looks for a shorter schedule, in real time, unless told otherwise. */
    public static final Duration SHRINK_TIME = Duration.ofSeconds(30);

    final int nodes;
    long seed = 1;
    int contacts = 1;
    boolean uniform = true;
    IntFunction<NodePlan> plan = number -> NodePlan.member();
    Faults faults = Faults.distance(Duration.ofMillis(5), Duration.ofMillis(20));
    LongFunction<LinkModel> links = given -> LinkModel.none();
    Schedule schedule = Schedule.empty();
    Duration settle = Duration.ofMinutes(10);
    Limits limits = Limits.standard();
    Map<String, HostileRole> roles = HostileRoles.byName();
    Map<String, Consumer<Simulation>> checks = new LinkedHashMap<>();
    Duration lookEvery = Duration.ofSeconds(1);
    Consumer<Simulation> look = simulation -> {};
    private Duration shrinkTime = SHRINK_TIME;

    private Experiment(int nodes) {
        if (nodes < 1) {
            throw new IllegalArgumentException(nodes + " nodes, at least 1");
        }
        this.nodes = nodes;
    }

    private Experiment copy() {
        Experiment copy = new Experiment(nodes);
        copy.seed = seed;
        copy.contacts = contacts;
        copy.uniform = uniform;
        copy.plan = plan;
        copy.faults = faults;
        copy.links = links;
        copy.schedule = schedule;
        copy.settle = settle;
        copy.limits = limits;
        copy.roles = new LinkedHashMap<>(roles);
        copy.checks = new LinkedHashMap<>(checks);
        copy.lookEvery = lookEvery;
        copy.look = look;
        copy.shrinkTime = shrinkTime;
        return copy;
    }

    /**
     * Nodes that nothing happens to.
     *
     * @param nodes how many there are at the beginning, at least 1
     * @return an experiment with seed 1, latencies of 5 to 25 ms, and all of the above to be checked
     */
    public static Experiment of(int nodes) {
        return new Experiment(nodes);
    }

    /**
     * The same with another seed: other identities, latencies and chance, and other hostile deeds.
     *
     * @param next decides everything that the schedule leaves open
     * @return a copy
     */
    public Experiment seed(long next) {
        Experiment copy = copy();
        copy.seed = next;
        return copy;
    }

    /**
     * The same with nodes as an application has them: its hooks, strategies, listener and timing.
     *
     * @param next makes the plan of each node, by its number; the addresses of others are added
     * @return a copy
     */
    public Experiment plan(IntFunction<NodePlan> next) {
        Experiment copy = copy();
        copy.plan = next;
        return copy;
    }

    /**
     * The same where each node is told the addresses of several others, chosen by chance among those that were there before, and
     * stays connected to them. With one, which is so unless told otherwise, everybody is told the first.
     *
     * @param count at least 1; with {@link io.peerkit.gossip.ConnectionStrategies#none} nodes have about twice as many connections
     * @return a copy
     */
    public Experiment contacts(int count) {
        Experiment copy = copy();
        copy.contacts = count;
        return copy;
    }

    /**
     * The same in another network, until a {@link SimEvent.Weather} comes, and again when the outages have ended.
     *
     * @param next its faults
     * @return a copy
     */
    public Experiment faults(Faults next) {
        Experiment copy = copy();
        copy.faults = next;
        return copy;
    }

    /**
     * The same with distances and lines.
     *
     * @param next makes the model of a run from the seed, such as {@link io.peerkit.testkit.transport.Geography#internet}
     * @return a copy
     */
    public Experiment links(LongFunction<LinkModel> next) {
        Experiment copy = copy();
        copy.links = next;
        return copy;
    }

    /**
     * The same with another schedule.
     *
     * @param next what happens
     * @return a copy
     */
    public Experiment schedule(Schedule next) {
        Experiment copy = copy();
        copy.schedule = next;
        return copy;
    }

    /**
     * The same with more or less time to agree.
     *
     * @param deadline how long after the last outage, in virtual time
     * @return a copy
     */
    public Experiment settle(Duration deadline) {
        Experiment copy = copy();
        copy.settle = deadline;
        return copy;
    }

    /**
     * The same with other limits.
     *
     * @param next what a run may cost
     * @return a copy
     */
    public Experiment limits(Limits next) {
        Experiment copy = copy();
        copy.limits = next;
        return copy;
    }

    /**
     * The same where correct nodes need not have the same entries in the end: with a distribution strategy under which not
     * everybody stores everything. Convergence and contents are then for {@link #check} to say.
     *
     * @return a copy
     */
    public Experiment withoutFullCopies() {
        Experiment copy = copy();
        copy.uniform = false;
        return copy;
    }

    /**
     * The same with one more hostile peer to choose from.
     *
     * @param name without blanks; what a {@link SimEvent.Hostile} says
     * @param role what it does
     * @return a copy
     */
    public Experiment role(String name, HostileRole role) {
        Experiment copy = copy();
        copy.roles.put(name, role);
        return copy;
    }

    /**
     * The same with one more check at the end.
     *
     * @param name says what must hold
     * @param check throws when it does not
     * @return a copy
     */
    public Experiment check(String name, Consumer<Simulation> check) {
        Experiment copy = copy();
        copy.checks.put(name, check);
        return copy;
    }

    /**
     * The same with somebody who looks on while time passes.
     *
     * @param every how often, in virtual time
     * @param watcher changes nothing, and lets no time pass
     * @return a copy
     */
    public Experiment look(Duration every, Consumer<Simulation> watcher) {
        Experiment copy = copy();
        copy.lookEvery = every;
        copy.look = watcher;
        return copy;
    }

    /**
     * The same looking for a shorter schedule for a longer or shorter time.
     *
     * @param atMost real time; zero does not look
     * @return a copy
     */
    public Experiment shrinkTime(Duration atMost) {
        Experiment copy = copy();
        copy.shrinkTime = atMost;
        return copy;
    }

    /**
     * Runs once.
     *
     * @return the simulation after all checks
     * @throws AssertionError when a check fails; names the seed
     */
    public Simulation run() {
        return new ExperimentRun(this).run();
    }

    /**
     * Runs with the seed and the schedule of the system properties, where they are set; when that fails, looks for a shorter
     * schedule.
     *
     * @return the simulation after all checks
     * @throws AssertionError when a check fails; says how to repeat it
     */
    public Simulation verify() {
        Experiment chosen = seed(Long.getLong(Simulation.SEED_PROPERTY, seed));
        String given = System.getProperty(SCHEDULE_PROPERTY);
        if (given != null) {
            chosen = chosen.schedule(ScheduleText.read(given));
        }
        try {
            return chosen.run();
        } catch (CheckFailure failure) {
            throw chosen.explained(failure);
        }
    }

    private AssertionError explained(CheckFailure failure) {
        long deadline = System.nanoTime() + shrinkTime.toNanos();
        Shrinker shrinker = new Shrinker(() -> System.nanoTime() < deadline);
        List<Schedule.Step> shortest = shrinker.shrink(
                new ArrayList<>(schedule.steps()),
                part -> schedule(new Schedule(part)).fails(failure.check()));
        return new AssertionError(
                String.format(
                        "%s%nthe shortest failing schedule found in %d runs, %d of %d steps, of an experiment of %d nodes:%n  %s%n"
                                + "repeat with -D%s=%d '-D%s=%s'",
                        failure.getMessage(),
                        shrinker.runs(),
                        shortest.size(),
                        schedule.steps().size(),
                        nodes,
                        new Schedule(shortest),
                        Simulation.SEED_PROPERTY,
                        seed,
                        SCHEDULE_PROPERTY,
                        new Schedule(shortest)),
                failure);
    }

    private boolean fails(String check) {
        try {
            run();
            return false;
        } catch (CheckFailure failure) {
            return failure.check().equals(check);
        }
    }
}
