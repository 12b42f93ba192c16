// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.testkit.sim.VirtualLoop;
import io.peerkit.testkit.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The contract on virtual time, over a distance with jitter, so that everything that may overtake does. */
class MemoryTransportVirtualTest extends TransportContract {
    private final VirtualTime time = new VirtualTime(Instant.parse("2026-01-01T00:00:00Z"));
    private final MemoryNetwork network = MemoryNetwork.on(new VirtualLoop(time, 5));

    MemoryTransportVirtualTest() {
        network.faults(Faults.distance(Duration.ofMillis(5), Duration.ofMillis(5)));
    }

    @Override
    protected CompletableFuture<Transport> start(TransportContext context) {
        return network.place().start(context);
    }

    @Override
    protected NodeAddress nowhere() {
        return network.nowhere();
    }

    @Override
    protected NodeAddress renamed(NodeAddress address, NodeId other) {
        return new NodeAddress(address.value().replaceFirst("/node/.*", "/node/" + other));
    }

    @Override
    protected <T> T await(CompletableFuture<T> future, Duration patience)
            throws ExecutionException, TimeoutException, InterruptedException {
        time.advanceUntil(future::isDone, patience);
        return future.get(0, TimeUnit.MILLISECONDS);
    }
}
