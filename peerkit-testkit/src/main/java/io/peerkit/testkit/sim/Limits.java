// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

/**
 * What a run may cost; more is a storm or a leak, and fails the experiment.
 *
 * @param duplicateShare the most bytes of entries that come for nothing, for each byte that was needed
 * @param duplicateSlack bytes for nothing, for each node, that are always allowed: a few entries make no storm
 * @param bytesPerNodeSecond the most bytes on the wire for each node and second that are no entries
 * @param tasksPerNode the most tasks and frames that wait, for each node, at any look
 */
public record Limits(double duplicateShare, long duplicateSlack, long bytesPerNodeSecond, int tasksPerNode) {
    /**
     * For a few nodes that all connect to each other, with hostile peers among them. The worst of 2,000 random schedules of
     * {@link Schedule#random} needs half of each, or less.
     *
     * @return the limits
     */
    public static Limits standard() {
        return new Limits(3, 1_048_576, 49_152, 512);
    }
}
