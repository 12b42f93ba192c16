// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import java.util.ArrayDeque;
import java.util.Queue;

/** One direction of one stream: what goes in first comes out first, however long each piece takes. */
final class Pipe {
    /** What travels, oldest first. A timer that fires a little early takes the oldest, never its own. */
    final Queue<Runnable> onTheWay = new ArrayDeque<>(1);

    /** When the youngest arrives, in the network's nanoseconds. */
    long latestArrival = Long.MIN_VALUE;
}
