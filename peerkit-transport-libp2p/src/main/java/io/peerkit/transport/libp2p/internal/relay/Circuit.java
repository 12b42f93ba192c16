// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.transport.libp2p.RelayLimits;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Two streams joined at a relay: what one end sends the other gets, half-closes and resets included. It ends when both ends
 * have closed, when one resets, or when a limit is reached, which resets both.
 */
final class Circuit implements CircuitCopy.Owner {
    private static final int DIRECTIONS = 2;

    private final Substream source;
    private final Substream target;
    private final RelayLimits limits;
    private final Pacer pacer;
    private final LongAdder bytes;
    private final Runnable over;
    private final AtomicInteger finished = new AtomicInteger();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile Runnable cancelLife = () -> {};

    /**
     * @param bytes counts what is carried
     * @param over runs once, when the circuit is over; on any event loop
     */
    Circuit(Substream source, Substream target, RelayLimits limits, Pacer pacer, LongAdder bytes, Runnable over) {
        this.source = source;
        this.target = target;
        this.limits = limits;
        this.pacer = pacer;
        this.bytes = bytes;
        this.over = over;
    }

    /** Begins; on the event loop of the source. */
    void start() {
        if (!limits.circuitLife().isZero()) {
            cancelLife = source.connection().after(limits.circuitLife(), this::broken);
        }
        source.drive(new CircuitCopy(source, target, this, limits.circuitBytes()));
        CircuitCopy back = new CircuitCopy(target, source, this, limits.circuitBytes());
        on(target.connection(), () -> target.drive(back));
    }

    @Override
    public long carried(int length) {
        bytes.add(length);
        return pacer.pay(length, System.nanoTime());
    }

    @Override
    public void finished() {
        if (finished.incrementAndGet() == DIRECTIONS) {
            end();
        }
    }

    @Override
    public void broken() {
        if (end()) {
            on(source.connection(), source::reset);
            on(target.connection(), target::reset);
        }
    }

    private boolean end() {
        boolean first = ended.compareAndSet(false, true);
        if (first) {
            cancelLife.run();
            over.run();
        }
        return first;
    }

    private static void on(Connection connection, Runnable task) {
        try {
            connection.execute(task);
        } catch (RejectedExecutionException e) {
            // The transport is closed, and the stream with it.
        }
    }
}
