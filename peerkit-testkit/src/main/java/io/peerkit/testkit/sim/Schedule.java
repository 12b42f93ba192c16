// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What happens in a simulation, and when: a value with a text form, {@code 4.5 crash 3; 9 start 3}, seconds in front.
 *
 * @param steps in the order of their times; those of one time in the order given
 */
public record Schedule(List<Step> steps) {
    /** The most steps in the text form, which bounds what a mistyped property can cost. */
    public static final int MAX_STEPS = 1_000_000;

    /**
     * One thing that happens.
     *
     * @param at since the start of the experiment, when the first nodes run
     * @param event what happens
     */
    public record Step(Duration at, SimEvent event) {
        @Override
        public String toString() {
            return ScheduleText.format(this);
        }
    }

    /** Sorts the steps. */
    public Schedule {
        List<Step> sorted = new ArrayList<>(steps);
        sorted.sort(Comparator.comparing(Step::at));
        steps = List.copyOf(sorted);
    }

    /**
     * Nothing happens.
     *
     * @return no steps
     */
    public static Schedule empty() {
        return new Schedule(List.of());
    }

    /**
     * A bad day for a few nodes: publications, and everything else that may happen.
     *
     * @param seed decides what
     * @param nodes how many run at the beginning, at least 2
     * @param length how long the day is; what ends an outage may come a little later
     * @param roles the hostile peers to choose from, by the names of {@link HostileRoles}; one or two come in seven of ten
     *     schedules
     * @return the schedule
     */
    public static Schedule random(long seed, int nodes, Duration length, List<String> roles) {
        return Chaos.schedule(seed, nodes, length, roles);
    }

    /**
     * Reads the text form.
     *
     * @param text steps between semicolons or line ends; empty ones are skipped
     * @return the schedule
     * @throws IllegalArgumentException when a step is malformed; names it
     */
    public static Schedule parse(String text) {
        return ScheduleText.parse(text);
    }

    /**
     * The same with one more step.
     *
     * @param at since the start
     * @param event what happens
     * @return a copy
     */
    public Schedule with(Duration at, SimEvent event) {
        List<Step> more = new ArrayList<>(steps);
        more.add(new Step(at, event));
        return new Schedule(more);
    }

    /**
     * The same with the steps of another.
     *
     * @param other what happens too
     * @return a copy
     */
    public Schedule and(Schedule other) {
        List<Step> more = new ArrayList<>(steps);
        more.addAll(other.steps);
        return new Schedule(more);
    }

    /** The text form. */
    @Override
    public String toString() {
        return steps.stream().map(Step::toString).collect(Collectors.joining("; "));
    }
}
