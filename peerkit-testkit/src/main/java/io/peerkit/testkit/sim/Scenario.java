// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.gossip.ConnectionStrategies;
import io.peerkit.testkit.transport.Faults;
import io.peerkit.testkit.transport.Geography;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A story with a name, for any number of nodes: what {@code peerkit sim} runs. Nodes are spread over the map of
 * {@link Geography#internet} and have {@link #NEIGHBOURS} neighbours each, as
 * {@link ConnectionStrategies#bounded} chooses them.
 */
public enum Scenario {
    /** Nothing goes wrong. */
    QUIET("twenty publications, one every three seconds; nothing goes wrong") {
        @Override
        Schedule schedule(int nodes, SplittableRandom random) {
            return publications(nodes, random, 3_000, 60_000);
        }
    },

    /** Nodes come and go all the time. */
    CHURN(
            "in every ten seconds one node of a hundred crashes, to come back soon, and one of 500 leaves for another one") {
        @Override
        Schedule schedule(int nodes, SplittableRandom random) {
            List<Schedule.Step> steps = new ArrayList<>();
            churn(steps, random, nodes, 120_000);
            return new Schedule(steps).and(publications(nodes, random, 5_000, 120_000));
        }
    },

    /** The network falls into two. */
    PARTITION("the network falls into two for a minute, and both halves go on publishing") {
        @Override
        Schedule schedule(int nodes, SplittableRandom random) {
            List<Integer> half = IntStream.range(0, nodes)
                    .filter(node -> random.nextBoolean())
                    .boxed()
                    .toList();
            return publications(nodes, random, 4_000, 80_000)
                    .with(Duration.ofSeconds(10), new SimEvent.Partition(half))
                    .with(Duration.ofSeconds(70), new SimEvent.Heal());
        }
    },

    /** Many come at once. */
    FLASH_CROWD("a tenth of the nodes has 300 entries when all the others come, within half a minute") {
        @Override
        int atFirst(int nodes) {
            return Math.max(2, nodes / 10);
        }

        @Override
        Schedule schedule(int nodes, SplittableRandom random) {
            List<Schedule.Step> steps = new ArrayList<>();
            int there = Math.min(nodes, atFirst(nodes));
            for (int i = 0; i < 3; i++) {
                steps.add(step(1_000 + 500 * i, new SimEvent.Publish(random.nextInt(there), 100, 256)));
            }
            for (int next = there; next < nodes; next++) {
                steps.add(
                        step(10_000 + 30_000L * (next - there) / Math.max(1, nodes - there), new SimEvent.Join(next)));
            }
            return new Schedule(steps).and(publications(there, random, 4_000, 60_000));
        }
    },

    /** Some mean harm. */
    HOSTILE(
            "each kind of hostile peer comes, and again for every thousand nodes; one node of a hundred crashes in between") {
        @Override
        Schedule schedule(int nodes, SplittableRandom random) {
            List<Schedule.Step> steps = new ArrayList<>();
            for (int i = 0; i <= nodes / 1_000; i++) {
                for (String role : HostileRoles.byName().keySet()) {
                    if (i > 0 && role.equals("spammer")) {
                        continue; // Everybody stores what it publishes: memory would be all that is simulated.
                    }
                    steps.add(step(random.nextLong(20_000), new SimEvent.Hostile(role)));
                }
            }
            churn(steps, random, nodes, 30_000);
            return new Schedule(steps).and(publications(nodes, random, 3_000, 60_000));
        }
    };

    /** How many neighbours a node looks for. */
    public static final int NEIGHBOURS = 8;

    /** How many others a newcomer is told of, by chance. */
    private static final int CONTACTS = 3;

    private static final int ENTRY_BYTES = 256;

    /** Figures of a start are not those of a network: that long passes before anything happens. */
    private static final long WARM_UP_MILLIS = 20_000;

    private final String description;

    Scenario(String description) {
        this.description = description;
    }

    /**
     * What happens.
     *
     * @return one sentence
     */
    public String description() {
        return description;
    }

    /**
     * The name for people.
     *
     * @return as in {@code flash-crowd}
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Finds a scenario.
     *
     * @param label its name, as {@link #label} gives it
     * @return empty when there is none
     */
    public static Optional<Scenario> named(String label) {
        return Arrays.stream(values())
                .filter(each -> each.label().equals(label))
                .findFirst();
    }

    /**
     * The story for so many nodes.
     *
     * @param nodes at least 2
     * @param seed decides everything
     * @return the experiment, with checks and limits as any other
     */
    public Experiment experiment(int nodes, long seed) {
        if (nodes < 2) {
            throw new IllegalArgumentException(nodes + " nodes, at least 2");
        }
        Schedule story = schedule(nodes, new SplittableRandom(seed));
        List<Schedule.Step> later = story.steps().stream()
                .map(step -> new Schedule.Step(step.at().plusMillis(WARM_UP_MILLIS), step.event()))
                .toList();
        return Experiment.of(Math.min(nodes, atFirst(nodes)))
                .seed(seed)
                .plan(number -> NodePlan.member().connections(() -> ConnectionStrategies.bounded(NEIGHBOURS)))
                .contacts(CONTACTS)
                .faults(Faults.none())
                .links(Geography::internet)
                .schedule(new Schedule(later));
    }

    /** How many nodes there are at the beginning. */
    int atFirst(int nodes) {
        return nodes;
    }

    abstract Schedule schedule(int nodes, SplittableRandom random);

    static Schedule.Step step(long millis, SimEvent event) {
        return new Schedule.Step(Duration.ofMillis(millis), event);
    }

    static Schedule publications(int nodes, SplittableRandom random, long every, long until) {
        List<Schedule.Step> steps = new ArrayList<>();
        for (long at = 0; at < until; at += every) {
            steps.add(step(at + 500, new SimEvent.Publish(random.nextInt(nodes), 1, ENTRY_BYTES)));
        }
        return new Schedule(steps);
    }

    /** In every ten seconds so many of a hundred nodes crash, and a fifth as many leave while as many others come. */
    static void churn(List<Schedule.Step> steps, SplittableRandom random, int nodes, long until) {
        int next = nodes;
        long crashes = Math.max(1, nodes * until / 10_000 / 100);
        for (long i = 0; i < crashes; i++) {
            long at = random.nextLong(until);
            // The first nodes stay: newcomers ask them.
            int node = 1 + random.nextInt(nodes - 1);
            if (i % 5 == 4) {
                steps.add(step(at, new SimEvent.Leave(node)));
                steps.add(step(at + 1_000, new SimEvent.Join(next++)));
            } else {
                steps.add(step(at, new SimEvent.Crash(node)));
                steps.add(step(at + 2_000 + random.nextLong(20_000), new SimEvent.Start(node)));
            }
        }
    }
}
