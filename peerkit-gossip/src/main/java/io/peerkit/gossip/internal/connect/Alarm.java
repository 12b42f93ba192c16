// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import io.peerkit.gossip.NodeLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Wakes at the earliest of the times asked for. Belongs to the node loop. */
final class Alarm {
    private final NodeLoop loop;
    private final Runnable task;
    private Optional<Instant> time = Optional.empty();
    private Optional<NodeLoop.Timer> timer = Optional.empty();

    Alarm(NodeLoop loop, Runnable task) {
        this.loop = loop;
        this.task = task;
    }

    void at(Instant wish) {
        if (time.isPresent() && !wish.isBefore(time.get())) {
            return;
        }
        timer.ifPresent(NodeLoop.Timer::cancel);
        time = Optional.of(wish);
        timer = Optional.of(loop.schedule(Duration.between(loop.now(), wish), () -> {
            time = Optional.empty();
            timer = Optional.empty();
            task.run();
        }));
    }

    void cancel() {
        timer.ifPresent(NodeLoop.Timer::cancel);
        timer = Optional.empty();
        time = Optional.empty();
    }
}
