// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.launch;

import java.time.Duration;

/** Decides how long to wait before a server that died is started again: longer each time, unless it lived for a while. */
final class RestartPlan {
    private static final Duration FIRST_DELAY = Duration.ofMillis(100);
    private static final Duration MAX_DELAY = Duration.ofSeconds(30);

    /** Who lived that long was not killed by what killed the one before. */
    private static final Duration LONG_LIFE = Duration.ofMinutes(1);

    private Duration next = FIRST_DELAY;

    /** Tells the wait after a server's death. */
    Duration died(Duration lived) {
        if (lived.compareTo(LONG_LIFE) >= 0) {
            next = FIRST_DELAY;
        }
        Duration delay = next;
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(MAX_DELAY) < 0 ? doubled : MAX_DELAY;
        return delay;
    }
}
