// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes down the figures of a simulation while time passes; give it to {@link Experiment#look}. Belongs to the simulation's
 * thread.
 */
public final class Recorder implements Consumer<Simulation> {
    private final List<Sample> samples = new ArrayList<>();
    private final Consumer<Sample> each;
    private Optional<Simulation> simulation = Optional.empty();

    /**
     * The figures at one moment.
     *
     * @param at since the start, in virtual time
     * @param running how many whole nodes run, hostile ones among them
     * @param coverage how much of all entries the correct ones of them have, on average, from 0 to 1
     * @param wireBytes what all nodes have sent since the start
     * @param usefulBytes entries that came where they were missing, since the start
     * @param duplicateBytes entries that came for nothing, since the start
     * @param tasks how many tasks and frames wait
     * @param heapBytes what the heap of this process holds, garbage included: the one figure that two runs do not share
     */
    public record Sample(
            Duration at,
            int running,
            double coverage,
            long wireBytes,
            long usefulBytes,
            long duplicateBytes,
            int tasks,
            long heapBytes) {}

    /**
     * How far entries came, over all that were published.
     *
     * @param entries how many
     * @param hops how many nodes got an entry over so many hops, indexed from 0
     * @param halfMillis how long it took until half of the nodes had it that have it now: the median of the entries
     * @param mostMillis the same for 99.9 % of them
     * @param allMillis the same for all of them
     */
    public record Reach(int entries, long[] hops, int halfMillis, int mostMillis, int allMillis) {
        /**
         * So many hops were enough for a share of all arrivals.
         *
         * @param share from 0 to 1
         * @return hops
         */
        public int hopsFor(double share) {
            double wanted = share * Arrays.stream(hops).sum();
            long sofar = 0;
            for (int i = 0; i < hops.length; i++) {
                sofar += hops[i];
                if (sofar >= wanted) {
                    return i;
                }
            }
            return hops.length - 1;
        }
    }

    /**
     * @param each hears of every sample when it is taken
     */
    public Recorder(Consumer<Sample> each) {
        this.each = each;
    }

    @Override
    public void accept(Simulation now) {
        simulation = Optional.of(now);
        Sample sample = sample(now);
        samples.add(sample);
        each.accept(sample);
    }

    /**
     * What was written down.
     *
     * @return in the order of time
     */
    public List<Sample> samples() {
        return List.copyOf(samples);
    }

    /**
     * The simulation that was looked at last.
     *
     * @return empty before the first look
     */
    public Optional<Simulation> simulation() {
        return simulation;
    }

    private static Sample sample(Simulation now) {
        Runtime runtime = Runtime.getRuntime();
        Simulation.Payload payload = now.payload();
        return new Sample(
                now.time().elapsed(),
                now.running(),
                now.coverage(),
                now.network().carriedBytes(),
                payload.useful(),
                payload.duplicate(),
                now.time().pending(),
                runtime.totalMemory() - runtime.freeMemory());
    }

    /**
     * How far entries came.
     *
     * @param spreads of which entries, such as {@link Simulation#spreads}
     * @return the figures
     */
    public static Reach reach(List<Spread> spreads) {
        long[] hops = new long[Spread.MAX_HOPS + 1];
        int[] half = new int[spreads.size()];
        int[] most = new int[spreads.size()];
        int[] all = new int[spreads.size()];
        for (int i = 0; i < spreads.size(); i++) {
            int[] byHops = spreads.get(i).byHops();
            for (int k = 0; k < byHops.length; k++) {
                hops[k] += byHops[k];
            }
            int[] times = spreads.get(i).arrivalMillis();
            half[i] = at(times, 0.5);
            most[i] = at(times, 0.999);
            all[i] = at(times, 1);
        }
        return new Reach(spreads.size(), hops, median(half), median(most), median(all));
    }

    private static int at(int[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.max(0, Math.ceil(share * sorted.length) - 1)];
    }

    private static int median(int[] values) {
        Arrays.sort(values);
        return at(values, 0.5);
    }
}
