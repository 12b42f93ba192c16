// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.epoch.Epochs;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/**
 * Writes arrivals in batches, several at a time, each of what came while those before it were on their way. What waits is bounded
 * by the integrator. Belongs to the node loop.
 */
final class ArrivalWriter {
    /** The most batches being written. */
    private static final int MAX_WRITES = 4;

    /** While one batch is being written, another begins with this many entries. */
    private static final int WORTH_A_WRITE = 512;

    /** The most bytes of a batch. */
    private static final long MAX_WRITE_BYTES = 4L * 1_048_576;

    /** The most records of a batch, but for the few of the open epoch. */
    private static final int MAX_RECORDS = WriteBatch.MAX_RECORDS - 64;

    /** Is told what became of a batch. */
    interface Outcome {
        /** It is stored. */
        void written(List<Arrival> batch);

        /** None of it is stored. */
        void failed(List<Arrival> batch, Throwable reason);
    }

    private final NodeLoop loop;
    private final Storage storage;
    private final Epochs epochs;
    private final Outcome outcome;
    private final Deque<Arrival> waiting = new ArrayDeque<>();
    private int writes;

    ArrivalWriter(NodeLoop loop, Storage storage, Epochs epochs, Outcome outcome) {
        this.loop = loop;
        this.storage = storage;
        this.epochs = epochs;
        this.outcome = outcome;
    }

    void add(Arrival arrival) {
        waiting.add(arrival);
    }

    void addAll(Collection<Arrival> arrivals) {
        waiting.addAll(arrivals);
    }

    void flush() {
        while (!waiting.isEmpty() && writes < MAX_WRITES && (writes == 0 || waiting.size() >= WORTH_A_WRITE)) {
            write();
        }
    }

    private void write() {
        List<Arrival> batch = new ArrayList<>();
        WriteBatch.Builder builder = WriteBatch.builder();
        int records = 0;
        long bytes = 0;
        while (!waiting.isEmpty()
                && batch.size() < WriteBatch.MAX_ENTRIES
                && records + waiting.element().records() <= MAX_RECORDS
                && (bytes == 0 || bytes + waiting.element().bytes() <= MAX_WRITE_BYTES)) {
            Arrival arrival = waiting.remove();
            bytes += arrival.bytes();
            records += arrival.records();
            batch.add(arrival);
            arrival.writeTo(builder);
        }
        epochs.addTo(builder, batch.stream().map(Arrival::admitted).toList());
        writes++;
        LoopHop.then(
                loop,
                storage.write(builder.build()),
                added -> {
                    writes--;
                    outcome.written(batch);
                },
                reason -> {
                    writes--;
                    outcome.failed(batch, reason);
                });
    }
}
