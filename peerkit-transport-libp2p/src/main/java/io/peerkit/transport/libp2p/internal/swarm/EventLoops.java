// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.swarm;

import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * The threads of a transport. Each starts when it is first needed.
 *
 * <p>These are single loops and not one of Netty's groups, because a group that ends starts a thread of the global executor,
 * which would outlive the transport by a second.
 */
final class EventLoops {
    private static final AtomicInteger SWARMS = new AtomicInteger();

    private final List<SingleThreadIoEventLoop> loops;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final AtomicInteger next = new AtomicInteger();

    EventLoops(int count) {
        int swarm = SWARMS.incrementAndGet();
        loops = IntStream.rangeClosed(1, count)
                .mapToObj(i -> new SingleThreadIoEventLoop(
                        null, named("peerkit-transport-" + swarm + "-" + i), NioIoHandler.newFactory()))
                .toList();
    }

    private ThreadFactory named(String name) {
        return task -> {
            Thread thread = new FastThreadLocalThread(task, name);
            thread.setDaemon(true);
            threads.add(thread);
            return thread;
        };
    }

    /** The loops in turn. */
    EventLoop next() {
        return loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
    }

    boolean isOnLoop() {
        return loops.stream().anyMatch(EventLoop::inEventLoop);
    }

    /** Ends the threads after what is queued on them. */
    void shutdown(Duration limit) {
        for (SingleThreadIoEventLoop loop : loops) {
            var unused = loop.shutdownGracefully(0, limit.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Waits for the threads; not to be called on one of them. */
    void awaitEnd(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        // A loop counts as terminated a moment before its thread ends.
        for (Thread thread : threads) {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        }
    }
}
