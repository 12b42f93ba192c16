// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Nodes spread over a map, on lines of some speed that lose some packets.
 *
 * <p><b>Latency</b> is a part that everybody has, and a part that grows with the distance of two places on a square map;
 * where a place lies is drawn from the seed. A tenth of it more or less is chance. <b>Bandwidth</b>: what a place sends goes
 * through its line up one frame after the other, and what it gets through its line down, in the order of sending.
 * <b>Loss</b>: the network is one of streams, where a lost packet is sent again; so loss is delay, a wait of twice the way
 * and at least {@link #LEAST_WAIT}, doubled with each loss in a row. A frame lost {@link #MAX_LOSSES} times in a row breaks
 * the connection.
 *
 * <p>Belongs to one network and its loop.
 */
public final class Geography implements LinkModel {
    /** The least wait before something lost is sent again; what common systems take for TCP. */
    public static final Duration LEAST_WAIT = Duration.ofMillis(200);

    /** So many losses in a row break a connection. */
    public static final int MAX_LOSSES = 6;

    private static final double NANOS = 1e9;

    private final long seed;
    private final long leastNanos;
    private final long acrossNanos;
    private final double loss;
    private final Lines lines;

    /** What is known of each place, by its number: two coordinates from 0 to 1, two speeds, two times until busy. */
    private float[] coordinates = new float[0];

    private long[] busy = new long[0];
    private double[] speeds = new double[0];

    /** The speed of a place's lines. */
    @FunctionalInterface
    public interface Lines {
        /**
         * Asked once for each place.
         *
         * @param place its number, from 1
         * @param random seeded for this place
         * @return bytes a second, up and down, each above 0
         */
        Speed of(int place, RandomGenerator random);
    }

    /**
     * Bytes a second.
     *
     * @param up what it can send
     * @param down what it can get
     */
    public record Speed(double up, double down) {
        /** Lines without limit. */
        public static final Speed UNLIMITED = new Speed(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

        /** Checks that both are above 0. */
        public Speed {
            if (!(up > 0 && down > 0)) {
                throw new IllegalArgumentException("speeds " + up + " and " + down + ", must be above 0");
            }
        }
    }

    /**
     * @param seed where the places are
     * @param least the latency between neighbours, one way
     * @param across how much longer it is from one corner to the opposite one
     * @param loss the probability that a frame is lost, each time it is sent, 0 to 1
     * @param lines how fast they are
     */
    public Geography(long seed, Duration least, Duration across, double loss, Lines lines) {
        if (!(loss >= 0 && loss <= 1)) {
            throw new IllegalArgumentException("probability " + loss + ", must be 0 to 1");
        }
        this.seed = seed;
        this.leastNanos = least.toNanos();
        this.acrossNanos = across.toNanos();
        this.loss = loss;
        this.lines = lines;
    }

    /**
     * The internet at home: 10 ms to 120 ms one way, one frame of 200 lost, one node of four on a line of 1 Mbit/s up and 8 Mbit/s
     * down, the others 20 and 100.
     *
     * @param seed where the places are, and who has which line
     * @return a model for one network
     */
    public static Geography internet(long seed) {
        return new Geography(
                seed,
                Duration.ofMillis(10),
                Duration.ofMillis(110),
                0.005,
                (place, random) ->
                        random.nextInt(4) == 0 ? new Speed(125_000, 1_000_000) : new Speed(2_500_000, 12_500_000));
    }

    @Override
    public long delayNanos(int from, int to, int bytes, long nowNanos, RandomGenerator random) {
        know(Math.max(from, to));
        long sent = through(2 * from, bytes, nowNanos);
        long way = latencyNanos(from, to);
        long wait = Math.max(LEAST_WAIT.toNanos(), 2 * way);
        way += (long) (way * (random.nextDouble() - 0.5) / 5);
        for (int losses = 0; Faults.happens(loss, random); losses++) {
            if (losses == MAX_LOSSES) {
                return BROKEN;
            }
            way += wait << losses;
        }
        return through(2 * to + 1, bytes, sent + way) - nowNanos;
    }

    /**
     * The latency between two places without chance.
     *
     * @param from a place
     * @param to another
     * @return one way, in nanoseconds
     */
    public long latencyNanos(int from, int to) {
        know(Math.max(from, to));
        double x = coordinates[2 * from] - coordinates[2 * to];
        double y = coordinates[2 * from + 1] - coordinates[2 * to + 1];
        return leastNanos + (long) (acrossNanos * Math.sqrt((x * x + y * y) / 2));
    }

    /** When a frame is through a line that may still be busy with others. */
    private long through(int line, int bytes, long nanos) {
        if (bytes == 0 || Double.isInfinite(speeds[line])) {
            return nanos;
        }
        long done = Math.max(nanos, busy[line]) + (long) (bytes / speeds[line] * NANOS);
        busy[line] = done;
        return done;
    }

    private void know(int place) {
        int known = coordinates.length / 2;
        if (place < known) {
            return;
        }
        int next = Math.max(2 * known, place + 1);
        coordinates = Arrays.copyOf(coordinates, 2 * next);
        busy = Arrays.copyOf(busy, 2 * next);
        speeds = Arrays.copyOf(speeds, 2 * next);
        for (int i = known; i < next; i++) {
            SplittableRandom own = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + i);
            coordinates[2 * i] = (float) own.nextDouble();
            coordinates[2 * i + 1] = (float) own.nextDouble();
            Speed speed = lines.of(i, own);
            speeds[2 * i] = speed.up();
            speeds[2 * i + 1] = speed.down();
            busy[2 * i] = Long.MIN_VALUE;
            busy[2 * i + 1] = Long.MIN_VALUE;
        }
    }
}
