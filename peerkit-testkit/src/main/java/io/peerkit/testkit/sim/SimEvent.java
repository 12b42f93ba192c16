// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.testkit.transport.Faults;
import java.time.Duration;
import java.util.List;

/**
 * Something that happens to a simulated network: data, so that a run can be written down, cut short and repeated.
 *
 * <p>Nodes go by number, from 0. What makes no sense at its moment does nothing, such as the crash of a node that does not
 * run: any part of a {@link Schedule} is a schedule too. In text each event is one of the lines below.
 */
public sealed interface SimEvent {
    /**
     * {@code publish 3 2 500}: a node publishes blobs together.
     *
     * @param node which
     * @param count how many blobs
     * @param bytes how long each is
     */
    record Publish(int node, int count, int bytes) implements SimEvent {}

    /**
     * {@code join 12}: a new node comes, as the experiment's plan for this number says.
     *
     * @param node its number
     */
    record Join(int node) implements SimEvent {}

    /**
     * {@code leave 3}: a node stops in good order and never comes back.
     *
     * @param node which
     */
    record Leave(int node) implements SimEvent {}

    /**
     * {@code crash 3}: a node dies; what it has not acknowledged may be lost.
     *
     * @param node which
     */
    record Crash(int node) implements SimEvent {}

    /**
     * {@code crash-at-write 3 5}: a node dies in the middle of a commit.
     *
     * @param node which
     * @param writes 1 for the next commit, 2 for the one behind it
     */
    record CrashAtWrite(int node, int writes) implements SimEvent {}

    /**
     * {@code start 3}: a node that crashed comes back with its disk.
     *
     * @param node which
     */
    record Start(int node) implements SimEvent {}

    /**
     * {@code partition 0,3,4}: some nodes and all others can no longer reach each other; ends another partition.
     *
     * @param part the nodes on one side
     */
    record Partition(List<Integer> part) implements SimEvent {
        /** Copies the list. */
        public Partition {
            part = List.copyOf(part);
        }
    }

    /** {@code heal}: the partition ends. */
    record Heal() implements SimEvent {}

    /**
     * {@code cut 3}: all connections of a node break.
     *
     * @param node which
     */
    record Cut(int node) implements SimEvent {}

    /**
     * {@code step-clock 3 -1800000}: a node's wall clock jumps.
     *
     * @param node which
     * @param by forward, or back when negative; in text in milliseconds
     */
    record StepClock(int node, Duration by) implements SimEvent {}

    /**
     * {@code break-disk 3}: each call of a node's store fails from now on.
     *
     * @param node which
     */
    record BreakDisk(int node) implements SimEvent {}

    /**
     * {@code mend-disk 3}: a node's store works again.
     *
     * @param node which
     */
    record MendDisk(int node) implements SimEvent {}

    /**
     * {@code weather 20 60 0.005 2000 0.05 0.0005 0.05 0.05}: the network gets better or worse.
     *
     * @param faults in text the components in their order, times in milliseconds
     */
    record Weather(Faults faults) implements SimEvent {}

    /**
     * {@code hostile forger}: a hostile peer comes.
     *
     * @param role what it does, a name in {@link HostileRoles} or one that the experiment adds
     */
    record Hostile(String role) implements SimEvent {}
}
