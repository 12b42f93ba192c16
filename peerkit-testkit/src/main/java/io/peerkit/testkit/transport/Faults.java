// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How bad a {@link MemoryNetwork} is. Streams stay reliable and in order, as over TCP: what is lost there is the whole
 * connection. Probabilities are from 0 to 1.
 *
 * @param latency how long everything takes at least
 * @param jitter how much longer it may take, evenly spread; things on different streams overtake each other by it
 * @param spike the probability that something takes {@code spikeLength} longer
 * @param spikeLength how long a spike is
 * @param dialFailure the probability that a dial is not answered
 * @param breakage the probability, for each frame, that the connection breaks instead
 * @param messageLoss the probability that a message is lost, or its receipt
 * @param duplicate the probability that a message arrives twice
 */
public record Faults(
        Duration latency,
        Duration jitter,
        double spike,
        Duration spikeLength,
        double dialFailure,
        double breakage,
        double messageLoss,
        double duplicate) {
    private static final Faults NONE = new Faults(Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, 0, 0, 0, 0);

    /** Checks the bounds. */
    public Faults {
        for (double probability : new double[] {spike, dialFailure, breakage, messageLoss, duplicate}) {
            if (!(probability >= 0 && probability <= 1)) {
                throw new IllegalArgumentException("probability " + probability + ", must be 0 to 1");
            }
        }
    }

    /**
     * A perfect network that takes no time.
     *
     * @return no faults
     */
    public static Faults none() {
        return NONE;
    }

    /**
     * A network over some distance, otherwise perfect.
     *
     * @param latency the least
     * @param jitter what may come on top
     * @return the faults
     */
    public static Faults distance(Duration latency, Duration jitter) {
        return new Faults(latency, jitter, 0, Duration.ZERO, 0, 0, 0, 0);
    }

    /**
     * The same with delay spikes.
     *
     * @param probability for each frame
     * @param length how much longer it then takes
     * @return the faults
     */
    public Faults withSpikes(double probability, Duration length) {
        return new Faults(latency, jitter, probability, length, dialFailure, breakage, messageLoss, duplicate);
    }

    /**
     * The same with losses.
     *
     * @param dial the probability that a dial fails
     * @param connection the probability, for each frame, that the connection breaks
     * @param message the probability that a message or its receipt is lost
     * @return the faults
     */
    public Faults withLoss(double dial, double connection, double message) {
        return new Faults(latency, jitter, spike, spikeLength, dial, connection, message, duplicate);
    }

    /**
     * The same with messages that arrive twice.
     *
     * @param probability for each message
     * @return the faults
     */
    public Faults withDuplicates(double probability) {
        return new Faults(latency, jitter, spike, spikeLength, dialFailure, breakage, messageLoss, probability);
    }

    /** How long the next frame takes, in nanoseconds. */
    long delayNanos(RandomGenerator random) {
        long delay = latency.toNanos();
        if (!jitter.isZero()) {
            delay += random.nextLong(jitter.toNanos() + 1);
        }
        return happens(spike, random) ? delay + spikeLength.toNanos() : delay;
    }

    /** Whether something with this probability happens now. Draws nothing for what never happens. */
    static boolean happens(double probability, RandomGenerator random) {
        return probability > 0 && random.nextDouble() < probability;
    }
}
