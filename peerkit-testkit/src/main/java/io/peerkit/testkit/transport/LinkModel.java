// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import java.util.random.RandomGenerator;

/**
 * How long a frame is on its way between two places of a {@link MemoryNetwork}, beside what its {@link Faults} add.
 *
 * <p>Called on the network's loop, once for each frame in the order of sending; it may remember what it sent. The order
 * within a stream is kept by the network, whatever is answered here.
 */
@FunctionalInterface
public interface LinkModel {
    /** The answer for a frame that never arrives: the connection breaks. */
    long BROKEN = -1;

    /**
     * A frame leaves.
     *
     * @param from the sender's place: 1 for the first {@link MemoryNetwork#place}, 2 for the second
     * @param to the receiver's
     * @param bytes the frame with what stands around it; 0 for what only asks how far it is
     * @param nowNanos the network's time in nanoseconds; never runs backwards
     * @param random the network's seeded chance
     * @return nanoseconds, or {@link #BROKEN}
     */
    long delayNanos(int from, int to, int bytes, long nowNanos, RandomGenerator random);

    /**
     * Everybody is next to everybody, on lines without limit.
     *
     * @return adds nothing
     */
    static LinkModel none() {
        return (from, to, bytes, nowNanos, random) -> 0;
    }
}
