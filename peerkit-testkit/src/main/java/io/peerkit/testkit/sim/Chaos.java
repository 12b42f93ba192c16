// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.testkit.transport.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Makes schedules in which everything happens that may: publications, bad weather, crashes with and without torn commits, nodes
 * that come and go, partitions, steps of clocks, broken disks, cut connections and hostile peers.
 */
final class Chaos {
    private static final long MINUTE = 60_000;

    private final SplittableRandom random;
    private final int nodes;
    private final long millis;
    private final List<Schedule.Step> steps = new ArrayList<>();

    private Chaos(long seed, int nodes, Duration length) {
        this.random = new SplittableRandom(seed);
        this.nodes = nodes;
        this.millis = length.toMillis();
    }

    static Schedule schedule(long seed, int nodes, Duration length, List<String> roles) {
        Chaos chaos = new Chaos(seed, nodes, length);
        chaos.weather();
        chaos.publications();
        chaos.crashes();
        chaos.partitions();
        chaos.churn();
        chaos.clocksAndDisks();
        chaos.hostile(roles);
        return new Schedule(chaos.steps);
    }

    private void add(long at, SimEvent event) {
        steps.add(new Schedule.Step(Duration.ofMillis(at), event));
    }

    private int node() {
        return random.nextInt(nodes);
    }

    private boolean perhaps(double probability) {
        return random.nextDouble() < probability;
    }

    private void weather() {
        add(0, new SimEvent.Weather(bad()));
        if (perhaps(0.3)) {
            add(random.nextLong(millis), new SimEvent.Weather(bad()));
        }
    }

    private Faults bad() {
        return Faults.distance(Duration.ofMillis(1 + random.nextInt(30)), Duration.ofMillis(random.nextInt(80)))
                .withSpikes(random.nextInt(3) * 0.003, Duration.ofMillis(500 + random.nextInt(2_500)))
                .withLoss(random.nextInt(3) * 0.05, random.nextInt(3) * 0.0005, random.nextInt(3) * 0.05)
                .withDuplicates(random.nextInt(3) * 0.05);
    }

    private void publications() {
        for (long at = random.nextLong(1_000); at < millis; at += 200 + random.nextLong(1_800)) {
            add(at, new SimEvent.Publish(node(), 1 + random.nextInt(4), 8 + random.nextInt(1_500)));
        }
        if (perhaps(0.3)) {
            add(
                    random.nextLong(millis),
                    new SimEvent.Publish(node(), 200 + random.nextInt(300), 8 + random.nextInt(100)));
        }
    }

    private void crashes() {
        for (int count = random.nextInt(1 + nodes / 2); count > 0; count--) {
            int node = node();
            long at = random.nextLong(millis);
            if (perhaps(0.5)) {
                add(at, new SimEvent.Crash(node));
            } else {
                add(at, new SimEvent.CrashAtWrite(node, 1 + random.nextInt(8)));
                // So that there is something to write.
                add(at + 1, new SimEvent.Publish(node, 1, 100));
            }
            add(at + 500 + random.nextLong(millis / 3), new SimEvent.Start(node));
        }
    }

    private void partitions() {
        for (int count = random.nextInt(3); count > 0; count--) {
            List<Integer> part = IntStream.range(0, nodes)
                    .filter(node -> perhaps(0.5))
                    .boxed()
                    .toList();
            if (!part.isEmpty() && part.size() < nodes) {
                long at = random.nextLong(millis);
                add(at, new SimEvent.Partition(part));
                add(at + 1_000 + random.nextLong(millis / 2), new SimEvent.Heal());
            }
        }
        for (int count = random.nextInt(3); count > 0; count--) {
            add(random.nextLong(millis), new SimEvent.Cut(node()));
        }
    }

    private void churn() {
        for (int next = nodes; next < nodes + random.nextInt(3); next++) {
            long at = random.nextLong(millis);
            add(at, new SimEvent.Join(next));
            add(at + 2_000, new SimEvent.Publish(next, 1, 100));
        }
        if (perhaps(0.3)) {
            // Not the first: newcomers ask there for the others.
            add(random.nextLong(millis), new SimEvent.Leave(1 + random.nextInt(nodes - 1)));
        }
    }

    private void clocksAndDisks() {
        if (perhaps(0.4)) {
            int node = node();
            long at = random.nextLong(millis);
            long by = perhaps(0.5) ? random.nextLong(5 * MINUTE) : -random.nextLong(60 * MINUTE);
            add(at, new SimEvent.StepClock(node, Duration.ofMillis(by)));
            add(at + random.nextLong(millis / 2), new SimEvent.StepClock(node, Duration.ofMillis(-by)));
        }
        if (perhaps(0.3)) {
            int node = node();
            long at = random.nextLong(millis);
            add(at, new SimEvent.BreakDisk(node));
            add(at + 500 + random.nextLong(millis / 3), new SimEvent.MendDisk(node));
        }
    }

    private void hostile(List<String> roles) {
        if (!roles.isEmpty() && perhaps(0.7)) {
            for (int count = 1 + random.nextInt(2); count > 0; count--) {
                add(random.nextLong(millis / 2), new SimEvent.Hostile(roles.get(random.nextInt(roles.size()))));
            }
        }
    }
}
